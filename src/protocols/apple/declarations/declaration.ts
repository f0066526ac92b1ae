import type { JsonObject } from '../../../kernel/json.ts';
import { contentHash } from '../content-address.ts';

/** As devices spell the kinds in `declaration/<kind>/<identifier>`. */
export type DeclarationKind = 'activation' | 'configuration' | 'asset' | 'management';

/**
 * What a device is told that it shall be, and then keeps being by itself. Identifier and token have at most 64 octets.
 * @see https://developer.apple.com/documentation/devicemanagement/declarationbase
 */
export interface Declaration {
  readonly kind: DeclarationKind;
  readonly type: string;
  readonly identifier: string;
  /** Another content has another. */
  readonly serverToken: string;
  readonly payload: JsonObject;
}

/**
 * A configuration and the activation without which a device leaves it alone. Each has one of its own: an activation fails as a whole when one
 * of its configurations does.
 */
export function activated(configuration: {
  readonly type: string;
  readonly identifier: string;
  readonly payload: JsonObject;
}): readonly [configuration: Declaration, activation: Declaration] {
  const { type, identifier, payload } = configuration;
  return [
    declaration('configuration', type, identifier, payload),
    declaration('activation', 'com.apple.activation.simple', `${identifier}.activation`, {
      StandardConfigurations: [identifier],
    }),
  ];
}

function declaration(
  kind: DeclarationKind,
  type: string,
  identifier: string,
  payload: JsonObject,
): Declaration {
  const serverToken = contentHash(JSON.stringify([type, identifier, payload]));
  return { kind, type, identifier, serverToken, payload };
}
