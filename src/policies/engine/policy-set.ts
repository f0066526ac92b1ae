import { strongestAssignments, textOfSource, type Assigned, type Exclusion } from './assignment.ts';
import { canonicalJson } from './json-values.ts';
import type { ResolvedDocument } from './resolve.ts';
import type { System } from './setting.ts';

/**
 * What makes two devices share a document, whatever the versions of the policies: the system, and the policies that count with the
 * sources that give them, strongest first. The text is stable and may be hashed.
 */
export function policySetKey(
  system: System | 'unknown',
  assigned: readonly Assigned[],
  exclusions: readonly Exclusion[] = [],
): string {
  const strongest = strongestAssignments(assigned, exclusions);
  return [
    system,
    ...strongest.map(({ policy, assignment }) => `${policy.id} ${textOfSource(assignment.source)}`),
  ].join('\n');
}

/** The address of a document by its content. `sha256` gives the hash of a text in hex. */
export function documentKey(document: ResolvedDocument, sha256: (text: string) => string): string {
  return sha256(JSON.stringify(document, inOneOrder));
}

/** The engine writes everything in one order but the values, whose members are in that of the policies' documents. */
function inOneOrder(name: string, member: unknown): unknown {
  const isUnordered = name === 'value' && typeof member === 'object' && member !== null;
  return isUnordered ? { canonical: canonicalJson(member) } : member;
}
