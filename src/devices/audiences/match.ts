import type { User } from '../../directory/index.ts';
import { hexOfId } from '../../kernel/id.ts';
import type { Device } from '../index.ts';
import { alternatives, attributeOfTerm, type AudienceSelectors } from './selectors.ts';

type Facts = Pick<Device, 'id' | 'state' | 'tags' | 'serialNumber' | 'user'>;
type UserFacts = Pick<User, 'tags' | 'metadata'>;

/**
 * Why a device belongs to an audience: each thing that a selector asks for and the device or its user has, such as `tag:sales`,
 * `user.tag:sales`, `user.department:Sales`, `device:{id}`, `user:{id}`, `serialNumber:{text}`. Empty when it does not belong. A deleted
 * device belongs to none. `idsOfAudience` says the same in SQL.
 */
export function matchAudience(
  selectors: AudienceSelectors,
  device: Facts,
  user: UserFacts | undefined,
): string[] {
  if (device.state === 'DELETED') return [];
  const { id, tags, serialNumber } = device;
  const userId = device.user?.id;
  const reasons = [
    ...reasonsOfGroups(selectors.deviceGroups, (tag) => (tags.includes(tag) ? `tag:${tag}` : undefined)),
    ...reasonsOfGroups(selectors.mdmUserGroups, (term) => user && reasonOfUser(user, term)),
  ];
  if (selectors.winDeviceIds.includes(id) || selectors.admDeviceIds.includes(id)) {
    reasons.push(`device:${hexOfId(id)}`);
  }
  if (userId !== undefined && selectors.mdmUserIds.includes(userId)) reasons.push(`user:${hexOfId(userId)}`);
  if (serialNumber !== null && selectors.serialNumbers.includes(serialNumber)) {
    reasons.push(`serialNumber:${serialNumber}`);
  }
  return reasons;
}

function reasonsOfGroups(
  groups: AudienceSelectors['deviceGroups'],
  reasonOf: (term: string) => string | undefined,
): string[] {
  const reasons = new Set<string>();
  for (const terms of alternatives(groups)) {
    const found = terms.map(reasonOf);
    if (found.includes(undefined)) continue;
    for (const reason of found) reasons.add(reason!);
  }
  return [...reasons];
}

function reasonOfUser({ tags, metadata }: UserFacts, term: string): string | undefined {
  if (tags.includes(term)) return `user.tag:${term}`;
  const attribute = attributeOfTerm(term);
  if (!attribute || !Object.hasOwn(metadata, attribute.name)) return undefined;
  return isText(metadata[attribute.name], attribute.text) ? `user.${term}` : undefined;
}

/** Numbers and truth values count as the text that JSON has for them. */
function isText(value: unknown, text: string): boolean {
  return typeof value === 'string'
    ? value === text
    : (typeof value === 'number' || typeof value === 'boolean') && JSON.stringify(value) === text;
}
