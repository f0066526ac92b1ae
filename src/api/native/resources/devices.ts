import { Type, type Static } from 'typebox';
import {
  deviceKey,
  deviceStates,
  deviceSubTypes,
  listDevices,
  lockDevice,
  type Device,
} from '../../../devices/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { endManagement, policiesOfDevice, priorityOf, removeDevice } from '../../../policies/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import {
  AnyId,
  Guid,
  idIn,
  ListOf,
  Nullable,
  pageById,
  pageByOffset,
  PageQuery,
  Timestamp,
} from '../shapes.ts';
import { listTimeline, TimelineItem } from './device-timeline.ts';
import { DevicePath, platforms, requireDevice } from './named-device.ts';

const tag = 'Devices';
const permission = ['windows.device.read', 'apple.device.read'] as const;

const Text = (description: string) => Nullable(Type.String({ description }));

const DeviceShape = Type.Object({
  id: Guid('Id'),
  platform: Type.Enum([...platforms]),
  subType: Type.Enum([...deviceSubTypes], {
    description: '`enrollment` is an enrolment that no device has used yet',
  }),
  state: Type.Enum([...deviceStates]),
  displayName: Text('What administrators call it'),
  name: Text('What it calls itself, as it last told'),
  tags: Type.Array(Type.String()),
  user: Nullable(Type.Object({ id: Guid('Id of the user'), email: Type.String() })),
  segment: Type.Integer({ description: 'Number of its segment; 0 is the root' }),
  serialNumber: Text('Serial number'),
  imei: Text('IMEI'),
  os: Type.Object({
    name: Text('Operating system'),
    version: Text('Its version, such as `10.0.26100`'),
    versionName: Text('What its version is called'),
  }),
  battery: Text('Charge, such as `85%`'),
  compliant: Nullable(
    Type.Boolean({
      description:
        'Whether it has what its policies ask of it, as of its last check; null while it was not checked',
    }),
  ),
  supervised: Nullable(Type.Boolean({ description: 'Null while that is not known' })),
  enrolledAt: Nullable(Timestamp('When it was enrolled')),
  lastSeenAt: Nullable(Timestamp('When it last reported its status')),
  createdAt: Timestamp('When it was created here'),
  updatedAt: Timestamp('When an administrator last changed it'),
});

const DeviceAnswer = Type.Object({
  ...DeviceShape.properties,
  assignedPolicies: Type.Array(
    Type.Object({
      id: Guid('Id of the policy'),
      name: Type.String(),
      kind: Type.String({ description: '`winPolicy`, or a Microsoft Graph type' }),
      version: Type.Integer(),
      assignment: Type.Enum(['primary', 'direct']),
      priority: Nullable(Type.Integer({ description: 'The lower number wins; null for the primary policy' })),
    }),
    { description: 'The policies that the device has by itself, the strongest first' },
  ),
});

function shown({ summary, ...device }: Device): Static<typeof DeviceShape> {
  return {
    id: device.id,
    platform: device.platform,
    subType: device.subType,
    state: device.state,
    displayName: device.displayName,
    name: summary.name ?? null,
    tags: [...device.tags],
    user: device.user,
    segment: device.segment,
    serialNumber: device.serialNumber,
    imei: device.imei,
    os: {
      name: summary.os ?? null,
      version: summary.osVersion ?? null,
      versionName: summary.osVersionName ?? null,
    },
    battery: summary.battery ?? null,
    compliant: summary.compliance?.compliant ?? null,
    supervised: summary.supervised ?? null,
    enrolledAt: device.enrolledAt?.toISOString() ?? null,
    lastSeenAt: device.lastStatusReportAt?.toISOString() ?? null,
    createdAt: device.createdAt.toISOString(),
    updatedAt: device.updatedAt.toISOString(),
  };
}

export const deviceEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'listDevices',
    method: 'GET',
    url: '/devices',
    tag,
    summary: 'List the devices of all platforms, oldest first',
    permission,
    query: Type.Object({
      ...PageQuery.properties,
      platform: Type.Optional(Type.Enum([...platforms])),
      state: Type.Optional(
        Type.Enum([...deviceStates], {
          description: 'Deleted devices are listed only when this asks for them',
        }),
      ),
      tag: Type.Optional(
        Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
          maxItems: 256,
          description: 'Only devices with at least one of these tags',
        }),
      ),
      userId: Type.Optional(AnyId('Only devices of this user')),
      segment: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 2 ** 31 - 1,
          description: 'Only devices of this segment; 0 is the root',
        }),
      ),
      search: Type.Optional(
        Type.String({
          maxLength: 256,
          description: 'Only devices whose name, serial number, IMEI or user contains it',
        }),
      ),
    }),
    data: ListOf(DeviceShape),
    handle: async ({ query, read }) => {
      const { platform, state, search, segment } = query;
      const filter = {
        platform,
        state,
        search,
        tags: query.tag,
        userId: query.userId === undefined ? undefined : idIn(query.userId, 'userId'),
        segments: segment === undefined ? undefined : [segment],
      };
      const { items, next } = await pageByOffset(query, (part) =>
        listDevices(read, filter, { ...part, sort: { field: 'createdAt', descending: false } }),
      );
      return { data: { items: items.map(shown), next } };
    },
  }),
  endpoint({
    name: 'getDevice',
    method: 'GET',
    url: '/devices/{device}',
    tag,
    summary: 'Get a device of any platform',
    permission,
    path: DevicePath,
    data: DeviceAnswer,
    handle: async ({ path, read }) => {
      const device = await requireDevice(read, path.device);
      const assigned = await policiesOfDevice(read, device.id);
      const assignedPolicies = assigned.map(
        ({ policy: { id, name, kind, version }, assignment: { source } }) => ({
          id,
          name,
          kind,
          version,
          assignment: source.kind,
          priority: priorityOf(source),
        }),
      );
      return { data: { ...shown(device), assignedPolicies }, revision: device.revision };
    },
  }),
  endpoint({
    name: 'removeDevice',
    method: 'DELETE',
    url: '/devices/{device}',
    tag,
    summary: 'End the management of a device',
    description:
      'A device that is enrolled is told to leave when it calls; until it has, its state is `DELETE_REQUESTED`. Windows devices often leave without a word: asked again, such a device is removed at once. With `atOnce`, any device is: it loses its user and policies, nothing more is sent to it, and what it has stays on it. One that is not enrolled is removed in either case.',
    permission: ['windows.device.remove', 'apple.device.remove'],
    path: DevicePath,
    query: Type.Object({
      atOnce: Type.Optional(Type.Boolean({ description: 'Without telling the device, or waiting for it' })),
    }),
    data: DeviceShape,
    async handle({ path, query: { atOnce = false }, ifMatch, read, change }) {
      const { id, platform } = await requireDevice(read, path.device);
      const key = deviceKey(hexOfId(id));
      const device = await change(async (context) =>
        atOnce
          ? removeDevice(context, await lockDevice(context, platform, key, ifMatch))
          : endManagement(context, platform, key, ifMatch),
      );
      return { data: shown(device), revision: device.revision };
    },
  }),
  endpoint({
    name: 'listDeviceTimeline',
    method: 'GET',
    url: '/devices/{device}/timeline',
    tag,
    summary: 'List what happened to a device, newest first',
    description: 'Who did it is told to callers with `audit.read` alone.',
    permission,
    path: DevicePath,
    query: PageQuery,
    data: ListOf(TimelineItem),
    handle: async ({ path, query, read, documents }) => {
      const device = await requireDevice(read, path.device);
      const { items, next } = await pageById(query, (part) => listTimeline(read, device, documents, part));
      return { data: { items: [...items], next } };
    },
  }),
];
