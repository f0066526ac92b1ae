import type { Reader } from './connection.ts';

/** What one process keeps of the content of one database: of each thing the last version that was asked for. */
export type Memory = Map<string, { readonly version: number; readonly value: unknown }>;

export function newMemory(): Memory {
  return new Map();
}

/**
 * Something large that seldom changes, read once for each version. Its version must be read anew each time, and a version must never get
 * another content. The name belongs to one caller.
 */
export async function kept<Value>(
  { memory }: Reader,
  { name, version }: { readonly name: string; readonly version: number },
  read: () => Promise<Value>,
): Promise<Value> {
  const known = memory.get(name);
  if (known?.version === version) return known.value as Value;
  const value = await read();
  memory.set(name, { version, value });
  return value;
}

/**
 * Of the calls with one name that come while one is under way, that one alone does the work, and all get what comes of it. For work that takes
 * long and of which one outcome is enough.
 */
export function shared<Value>({ memory }: Reader, name: string, work: () => Promise<Value>): Promise<Value> {
  const entry = `under way: ${name}`;
  const known = memory.get(entry);
  if (known) return known.value as Promise<Value>;
  const value = work().finally(() => memory.delete(entry));
  memory.set(entry, { version: 0, value });
  return value;
}
