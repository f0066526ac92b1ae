import type { JsonObject } from '../../../kernel/json.ts';
import { contentHash } from '../content-address.ts';
import type { Declaration, DeclarationKind } from './declaration.ts';

/** Of whole seconds, as devices want it. */
const wholeSeconds = (time: Date) => time.toISOString().replace(/\.\d+Z$/, 'Z');

/**
 * The answer to `tokens`: another token tells the device that something has changed since `changedAt`.
 * @see https://developer.apple.com/documentation/devicemanagement/tokensresponse
 */
export function tokens(declarations: readonly Declaration[], changedAt: Date): JsonObject {
  return {
    SyncTokens: { DeclarationsToken: declarationsToken(declarations), Timestamp: wholeSeconds(changedAt) },
  };
}

/**
 * The answer to `declaration-items`: all that the device shall have, each list in the order of the identifiers.
 * @see https://developer.apple.com/documentation/devicemanagement/declarationitemsresponse
 */
export function declarationItems(declarations: readonly Declaration[]): JsonObject {
  const items = (wanted: DeclarationKind) =>
    inOrder(declarations)
      .filter(({ kind }) => kind === wanted)
      .map(({ identifier, serverToken }) => ({ Identifier: identifier, ServerToken: serverToken }));
  return {
    Declarations: {
      Activations: items('activation'),
      Assets: items('asset'),
      Configurations: items('configuration'),
      Management: items('management'),
    },
    DeclarationsToken: declarationsToken(declarations),
  };
}

/** The answer to `declaration/<kind>/<identifier>`; undefined for a declaration that is not the device's. */
export function declarationAnswer(
  declarations: readonly Declaration[],
  kind: string,
  identifier: string,
): JsonObject | undefined {
  const found = declarations.find((item) => item.kind === kind && item.identifier === identifier);
  return (
    found && {
      Type: found.type,
      Identifier: found.identifier,
      ServerToken: found.serverToken,
      Payload: found.payload,
    }
  );
}

/** The same whatever the order of the declarations. */
export function declarationsToken(declarations: readonly Declaration[]): string {
  return contentHash(
    JSON.stringify(inOrder(declarations).map(({ identifier, serverToken }) => [identifier, serverToken])),
  );
}

function inOrder(declarations: readonly Declaration[]): readonly Declaration[] {
  return [...declarations].sort((left, right) => (left.identifier < right.identifier ? -1 : 1));
}
