import type { Device } from '../../devices/index.ts';
import type { User } from '../../directory/index.ts';
import type { TemplateCondition, TemplateRule } from './template.ts';

/** A PC that enrols, and whose it is. */
export interface Enrolling {
  readonly device: Pick<Device, 'serialNumber' | 'imei' | 'platformId'>;
  /** Undefined when nobody can tell. */
  readonly user: Pick<User, 'tags' | 'metadata'> | undefined;
  /** The user's address, or the one that the sign-in has proven. */
  readonly email: string | undefined;
}

/** The position of the first rule that is meant for a PC; undefined when none is. */
export function matchingRule(
  rules: readonly Pick<TemplateRule, 'conditions'>[],
  enrolling: Enrolling,
): number | undefined {
  const position = rules.findIndex(
    ({ conditions }) =>
      conditions.length === 0 || conditions.some((condition) => isMet(condition, enrolling)),
  );
  return position < 0 ? undefined : position;
}

function isMet(condition: TemplateCondition, { device, user, email }: Enrolling): boolean {
  const { tags, auxiliaryFields, patterns, identifiers } = condition;
  const known = new Set(
    [device.serialNumber, device.imei, device.platformId].map((text) => text?.toLowerCase()),
  );
  return (
    isSilentOr(tags, (group) => user !== undefined && group.every((tag) => user.tags.includes(tag))) &&
    isSilentOr(
      auxiliaryFields,
      (group) => user !== undefined && group.every((field) => hasValue(user, field)),
    ) &&
    isSilentOr(patterns, (pattern) => email !== undefined && fits(pattern, email)) &&
    isSilentOr(identifiers, (identifier) => known.has(identifier.toLowerCase()))
  );
}

function isSilentOr<Item>(items: readonly Item[], isTrue: (item: Item) => boolean): boolean {
  return items.length === 0 || items.some(isTrue);
}

/** Numbers and truth values count as their text. */
function hasValue(
  { metadata }: Pick<User, 'metadata'>,
  { key, value }: { readonly key: string; readonly value: string },
): boolean {
  const stored = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  return stored != null && typeof stored !== 'object' && String(stored) === value;
}

/** Without regard to case. The first place where a part fits is as good as any later one, so the time is never more than that of a search. */
function fits(pattern: string, text: string): boolean {
  const [start = '', ...rest] = pattern.toLowerCase().split('*');
  const end = rest.pop();
  const searched = text.toLowerCase();
  if (end === undefined) return searched === start;
  if (!searched.startsWith(start) || !searched.endsWith(end)) return false;
  let at = start.length;
  for (const part of rest) {
    const found = searched.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= searched.length - end.length;
}
