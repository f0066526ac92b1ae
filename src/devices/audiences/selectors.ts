import type { Id } from '../../kernel/id.ts';

/** What says which devices belong to an audience: those that match at least one selector. */
export interface AudienceSelectors {
  /** Groups of device tags. */
  readonly deviceGroups: readonly TermGroup[];
  /** Groups of what the device's user has: a tag such as `sales`, or a text of its metadata such as `department:Sales`. */
  readonly mdmUserGroups: readonly TermGroup[];
  readonly winDeviceIds: readonly Id[];
  readonly admDeviceIds: readonly Id[];
  readonly mdmUserIds: readonly Id[];
  readonly serialNumbers: readonly string[];
}

type TermGroup = readonly string[];

/**
 * How groups of terms are read: a device matches when it has every term of at least one of the groups this returns.
 *
 * So the terms of one group are joined by AND and groups by OR. The vendor's documentation says that every added group is an OR; one form
 * of another vendor's client reads it the other way round. Whoever prefers that changes this function, and nothing else. A group without
 * terms says nothing and matches nothing.
 */
export function alternatives(groups: readonly TermGroup[]): TermGroup[] {
  return groups.filter((group) => group.length > 0);
}

/** The property of a user's metadata, and its text, that a term such as `department:Sales` asks for. */
export function attributeOfTerm(term: string): { name: string; text: string } | undefined {
  const colon = term.indexOf(':');
  if (colon < 1 || colon === term.length - 1) return undefined;
  return { name: term.slice(0, colon), text: term.slice(colon + 1) };
}
