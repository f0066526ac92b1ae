import { isDeepStrictEqual } from 'node:util';
import { Fault } from './fault.ts';

/** A weak entity tag for a row's revision (RFC 9110, section 8.8.3): every change of the row gives it another one. */
export function etagOf(revision: number): string {
  return `W/"${revision}"`;
}

/**
 * The revisions that an `If-Match` header allows: undefined when there is no header or it is `*`.
 * A tag that was not made by `etagOf` allows nothing, so it never equals what is stored.
 */
export function readIfMatch(header: string | undefined): readonly number[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  return header
    .split(',')
    .map((tag) => /^(?:W\/)?"(\d{1,15})"$/.exec(tag.trim())?.[1])
    .filter((revision) => revision !== undefined)
    .map(Number);
}

/** Refuses with `preconditionFailed` when the stored revision is none of the allowed ones. */
export function requireRevision(allowed: readonly number[] | undefined, stored: number): void {
  if (allowed && !allowed.includes(stored)) {
    throw new Fault(
      'preconditionFailed',
      `It was changed by somebody else: its entity tag is now ${etagOf(stored)}. Read it again and repeat the change.`,
    );
  }
}

/** Something after a change, with its next revision; the same object when the change changes nothing. */
export function revised<Stored extends { readonly revision: number; readonly updatedAt: Date }>(
  before: Stored,
  changes: Partial<NoInfer<Stored>>,
  now: Date,
): Stored {
  const after = { ...before, ...changes };
  if (isDeepStrictEqual(after, before)) return before;
  return { ...after, revision: before.revision + 1, updatedAt: now };
}
