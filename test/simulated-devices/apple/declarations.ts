import {
  declarationKinds,
  type Declaration,
  type DeclarationKind,
  type DeclarationState,
} from './declaration-state.ts';
import { applyDeclarations } from './apply-declarations.ts';
import { ServerRefusal } from '../server-refusal.ts';
import { checkInMessage } from './messages.ts';
import { enrollmentOf, type Channel, type Device } from './state.ts';
import { statusReport } from './status-report.ts';

interface Tokens {
  readonly DeclarationsToken: string;
  readonly Timestamp: string;
}

interface Item {
  readonly Identifier: string;
  readonly ServerToken: string;
}

interface Items {
  readonly Declarations: Readonly<Record<string, readonly Item[]>>;
  readonly DeclarationsToken: string;
}

const roundsAtMost = 3;

/**
 * Brings the declarations of a channel up to date: tokens, where they are new the items and what of them has changed, tokens again until they stay the
 * same, then one status report. Throws `ServerRefusal`, and where an answer is not what the protocol says.
 *
 * https://developer.apple.com/documentation/devicemanagement/integrating-declarative-management
 */
export async function syncDeclarations(device: Device, channel: Channel, sent?: Buffer): Promise<void> {
  const { declarations: state } = channel;
  let hasChanged = state.reported === undefined || state.isBehind;
  state.isBehind = true;
  let tokens = readTokens(sent ?? (await ask(device, channel, 'tokens')));
  for (let round = 0; round < roundsAtMost && tokens.DeclarationsToken !== state.declarationsToken; round++) {
    const items = readItems(await ask(device, channel, 'declaration-items'));
    await takeItems(device, channel, items);
    state.declarationsToken = items.DeclarationsToken;
    hasChanged = true;
    tokens = readTokens(await ask(device, channel, 'tokens'));
  }
  if (hasChanged) {
    await applyDeclarations(device, channel);
    await reportStatus(device, channel);
  }
  state.isBehind = false;
}

/** Sends a status report; a full one replaces what the server knows. */
export async function reportStatus(device: Device, channel: Channel, { isFull = false } = {}): Promise<void> {
  const report = statusReport(device, channel, isFull);
  await ask(device, channel, 'status', Buffer.from(JSON.stringify(report)));
}

function ask(device: Device, channel: Channel, endpoint: string, data?: Buffer): Promise<Buffer> {
  return checkInMessage(device, enrollmentOf(device), channel, {
    MessageType: 'DeclarativeManagement',
    Endpoint: endpoint,
    ...(data && { Data: data }),
  });
}

function readTokens(bytes: Buffer): Tokens {
  const { SyncTokens: tokens } = JSON.parse(bytes.toString()) as { SyncTokens?: Tokens };
  const isRight =
    typeof tokens?.DeclarationsToken === 'string' &&
    Buffer.byteLength(tokens.DeclarationsToken) <= 256 &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(tokens.Timestamp);
  if (!isRight) throw new Error(`these are no tokens: ${bytes.toString()}`);
  return tokens;
}

function readItems(bytes: Buffer): Items {
  const items = JSON.parse(bytes.toString()) as Partial<Items>;
  const names = ['Activations', 'Assets', 'Configurations', 'Management'];
  const isRight =
    typeof items.DeclarationsToken === 'string' &&
    names.every((name) => {
      const list: unknown = items.Declarations?.[name];
      return Array.isArray(list) && list.every((item) => isItem(item as Partial<Item>));
    });
  if (!isRight) throw new Error(`these are no declaration items: ${bytes.toString()}`);
  return items as Items;
}

function isItem({ Identifier, ServerToken }: Partial<Item>): boolean {
  return [Identifier, ServerToken].every(
    (text) => typeof text === 'string' && text !== '' && Buffer.byteLength(text) <= 64,
  );
}

/** Fetches what is new or has another token, and drops what is not listed any more. */
async function takeItems(device: Device, channel: Channel, items: Items): Promise<void> {
  const { declarations } = channel.declarations;
  const listed = new Set<string>();
  for (const kind of Object.keys(declarationKinds) as DeclarationKind[]) {
    const name = declarationKinds[kind];
    for (const item of items.Declarations[`${name[0]!.toUpperCase()}${name.slice(1)}`]!) {
      listed.add(item.Identifier);
      const before = declarations.get(item.Identifier);
      if (before?.serverToken === item.ServerToken && before.kind === kind) continue;
      const fetched = await fetchDeclaration(device, channel, kind, item);
      if (fetched) declarations.set(item.Identifier, fetched);
    }
  }
  dropUnlisted(channel.declarations, listed);
}

function dropUnlisted({ declarations }: DeclarationState, listed: ReadonlySet<string>): void {
  for (const identifier of declarations.keys()) {
    if (!listed.has(identifier)) declarations.delete(identifier);
  }
}

/** Undefined where it was taken from the device since it was listed. */
async function fetchDeclaration(
  device: Device,
  channel: Channel,
  kind: DeclarationKind,
  item: Item,
): Promise<Declaration | undefined> {
  const path = `declaration/${kind}/${item.Identifier}`;
  try {
    const answer = await ask(device, channel, path);
    const { Type, Identifier, ServerToken, Payload } = JSON.parse(answer.toString()) as Record<
      string,
      unknown
    >;
    const isRight =
      typeof Type === 'string' &&
      Type.startsWith(`com.apple.${kind}.`) &&
      Identifier === item.Identifier &&
      typeof ServerToken === 'string' &&
      typeof Payload === 'object' &&
      Payload !== null;
    if (!isRight) throw new Error(`${path} is no such declaration: ${answer.toString()}`);
    const payload = Payload as Readonly<Record<string, unknown>>;
    return { kind, identifier: item.Identifier, serverToken: ServerToken, type: Type, payload };
  } catch (error) {
    if (error instanceof ServerRefusal && error.status === 404) return undefined;
    throw error;
  }
}
