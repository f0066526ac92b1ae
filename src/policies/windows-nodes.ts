import { isDeepStrictEqual } from 'node:util';
import type { Reader } from '../database/index.ts';
import { invalidInput } from '../kernel/fault.ts';
import type { ReadContext } from '../tenancy/index.ts';
import { catalogueInUse, checkConfig, warningsOf, type PolicyWarning } from './csp/index.ts';
import type { WindowsNodes } from './engine/index.ts';
import type { PolicyFamily } from './policy.ts';
import { platformOfKind } from './policy-families.ts';

const none: WindowsNodes = () => undefined;

/** What compiling policies of these kinds has to know of Windows nodes. Where none of them is for Windows, nothing is read. */
export async function knownNodes(reader: Reader, kinds: readonly string[]): Promise<WindowsNodes> {
  const areForWindows = kinds.some((kind) => platformOfKind(kind) === 'windows');
  return areForWindows ? (await catalogueInUse(reader)).find : none;
}

/**
 * Refuses with `invalidInput` values that their Windows nodes do not take. What the stored document says already is not held against a
 * change: the catalogue may have learnt of it since.
 */
export async function checkNodes<Document extends object>(
  { db }: ReadContext,
  family: PolicyFamily<Document>,
  document: Document,
  stored: Document | undefined,
): Promise<void> {
  const before = new Map((stored ? family.wantedNodes(stored) : []).map(({ uri, value }) => [uri, value]));
  const changed = family
    .wantedNodes(document)
    .filter(({ uri, value }) => !before.has(uri) || !isDeepStrictEqual(before.get(uri), value));
  if (changed.length === 0) return;
  const violations = checkConfig(await catalogueInUse(db), changed);
  if (violations.length > 0) throw invalidInput(violations);
}

/** What an administrator should know of a policy, as far as it wants something of Windows nodes. */
export async function policyWarnings(
  { db }: ReadContext,
  family: PolicyFamily<object>,
  document: object,
): Promise<readonly PolicyWarning[]> {
  const wanted = family.wantedNodes(document);
  return wanted.length === 0 ? [] : warningsOf(await catalogueInUse(db), wanted);
}
