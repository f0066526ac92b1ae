import { nameOfDevice, type Device, type FullGroupMember } from '../../../devices/index.ts';
import type { GroupMember, User } from '../../../directory/index.ts';
import type { Properties } from '../payload/read.ts';

export const directoryObjectType = 'microsoft.graph.directoryObject';

/** The types of what a group can have as members here. */
export const memberTypes = {
  user: 'microsoft.graph.user',
  device: 'microsoft.graph.device',
} as const satisfies Record<GroupMember['kind'], string>;

/** Where entities of a type stand on their own, as `@odata.context` has it. */
export const collectionsOfTypes: Readonly<Record<string, string>> = {
  [directoryObjectType]: 'directoryObjects',
  [memberTypes.user]: 'users',
  [memberTypes.device]: 'devices',
  'microsoft.graph.group': 'groups',
};

/** A member's properties by their Graph names. */
export function directoryObjectOf(member: FullGroupMember): Properties {
  return member.kind === 'user' ? userOf(member.user) : deviceOf(member.device);
}

/** @see https://learn.microsoft.com/graph/api/resources/user */
function userOf({ id, email, name, language, createdAt }: User): Properties {
  return {
    id,
    accountEnabled: true,
    createdDateTime: createdAt,
    displayName: name,
    mail: email,
    preferredLanguage: language,
    userPrincipalName: email,
  };
}

/** @see https://learn.microsoft.com/graph/api/resources/device */
function deviceOf(device: Device): Properties {
  return {
    id: device.id,
    accountEnabled: true,
    deviceId: device.id,
    displayName: nameOfDevice(device),
    isManaged: device.state === 'ACTIVE',
    managementType: 'MDM',
    operatingSystem: device.summary.os,
    operatingSystemVersion: device.summary.osVersion,
    registrationDateTime: device.enrolledAt,
  };
}
