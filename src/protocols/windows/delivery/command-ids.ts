import { createHash } from 'node:crypto';

/** Short enough to be kept for each item of each PC, long enough that two texts never share one. */
export function shortDigest(...texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length} ${text}`);
  return hash.digest('base64url').slice(0, 16);
}

/** What a computed command is about. `turn` counts how often an item was set anew, so that the answer to an earlier one is told apart. */
interface Subject {
  readonly item: string;
  readonly version: string;
  readonly turn: number;
}

/** The CmdID of a command that follows from what a PC shall have. The same command has the same id, however often it is worked out. */
export function commandId(purpose: string, { item, version, turn }: Subject): string {
  return `d${shortDigest(purpose, item, version, String(turn))}`;
}

export function atomicId(ids: readonly string[]): string {
  return `d${shortDigest('atomic', ...ids)}`;
}
