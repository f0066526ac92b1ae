import { Type, type Static } from 'typebox';
import type { Audience, AudienceMember, AudienceSelectors } from '../../../devices/audiences/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import { hex, HexId, idOf, Timestamp } from '../shapes.ts';
import { NullableText } from './nullable-text.ts';
import { DeviceState, DeviceSummary, MdmUser, mdmUserOf, summaryOf, Tag } from './device-shape.ts';

const Groups = (description: string) =>
  Type.Array(Type.Array(Type.String({ minLength: 1, maxLength: 512 }), { maxItems: 100 }), {
    maxItems: 100,
    description,
  });
const Ids = (what: string) => Type.Array(HexId(what), { maxItems: 1000 });

const SelectorsAnswer = Type.Object(
  {
    deviceGroups: Groups(
      'Groups of device tags. A device matches that has all tags of at least one group; an empty group matches none.',
    ),
    mdmUserGroups: Groups(
      'The same of what the MDM user has: a tag such as "sales", or an attribute of its metadata such as "department:Sales"',
    ),
    emmDeviceIds: Ids('Android device; there are none'),
    admDeviceIds: Ids('Apple device'),
    winDeviceIds: Ids('Windows device'),
    aosDeviceIds: Ids('AOSP device; there are none'),
    mdmUserIds: Ids('MDM user'),
    serialNumbers: Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { maxItems: 1000 }),
  },
  { description: 'A device belongs to the audience that matches at least one of them' },
);

/** Absent members count as empty. */
export const Selectors = Type.Partial(SelectorsAnswer);

const content = {
  description: Type.Optional(NullableText(256, 'What the audience is for')),
};
const Name = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'Unique in the organization without regard to case',
});

export const NewAudience = Type.Object({ name: Name, ...content, selectors: Selectors });

export const AudienceChange = Type.Object({
  name: Type.Optional(Name),
  ...content,
  selectors: Type.Optional(Selectors),
});

export const AudienceAnswer = Type.Object({
  id: HexId('Device audience'),
  organizationId: HexId('Organization'),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  selectors: SelectorsAnswer,
  createdAt: Timestamp('Creation'),
  updatedAt: Timestamp('Last change'),
});

export const MemberAnswer = Type.Object({
  id: HexId('Device'),
  displayName: Type.Optional(Type.String()),
  deviceType: Type.Enum(['winDevice', 'admDevice']),
  state: DeviceState,
  summary: DeviceSummary,
  tags: Type.Array(Tag),
  reasons: Type.Array(Type.String(), {
    description:
      'What the device matches: tag:…, user.tag:…, user.{attribute}:…, device:…, user:…, serialNumber:…',
  }),
  mdmUser: Type.Optional(MdmUser),
  segmentId: Type.Integer({ description: 'Segment that the device belongs to; 0 is the root' }),
});

/** Faults: `invalidInput` (an Android device, of which there are none). */
export function readSelectors(body: Static<typeof Selectors>): AudienceSelectors {
  const { deviceGroups = [], mdmUserGroups = [], serialNumbers = [] } = body;
  const android = (['emmDeviceIds', 'aosDeviceIds'] as const).flatMap((name) =>
    (body[name] ?? []).map((id, index) => ({
      path: `selectors.${name}[${index}]`,
      message: `'${id}' is not an Android device of this organization, which has none; leave the list out or empty`,
    })),
  );
  if (android.length > 0) throw invalidInput(android);
  const ids = (name: 'winDeviceIds' | 'admDeviceIds' | 'mdmUserIds') =>
    (body[name] ?? []).map((id) => idOf(id, name));
  return {
    deviceGroups,
    mdmUserGroups,
    winDeviceIds: ids('winDeviceIds'),
    admDeviceIds: ids('admDeviceIds'),
    mdmUserIds: ids('mdmUserIds'),
    serialNumbers,
  };
}

export function audienceAnswerOf(
  organizationId: Audience['id'],
  { id, name, description, selectors, createdAt, updatedAt }: Audience,
): Static<typeof AudienceAnswer> {
  return {
    id: hex(id),
    organizationId: hex(organizationId),
    name,
    ...(description !== null && { description }),
    selectors: {
      deviceGroups: selectors.deviceGroups.map((group) => [...group]),
      mdmUserGroups: selectors.mdmUserGroups.map((group) => [...group]),
      emmDeviceIds: [],
      admDeviceIds: selectors.admDeviceIds.map(hex),
      winDeviceIds: selectors.winDeviceIds.map(hex),
      aosDeviceIds: [],
      mdmUserIds: selectors.mdmUserIds.map(hex),
      serialNumbers: [...selectors.serialNumbers],
    },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export function memberAnswerOf({ device, reasons }: AudienceMember): Static<typeof MemberAnswer> {
  const { id, platform, displayName, state, tags, user, segment } = device;
  return {
    id: hex(id),
    ...(displayName !== null && { displayName }),
    deviceType: platform === 'windows' ? 'winDevice' : 'admDevice',
    state,
    summary: summaryOf(device),
    tags: [...tags],
    reasons: [...reasons],
    ...(user && { mdmUser: mdmUserOf(user) }),
    segmentId: segment,
  };
}
