import { Type, type Static } from 'typebox';
import {
  devicesByIds,
  listDevices,
  listDeviceTags,
  type Device,
  type DeviceFilter,
  type Platform,
} from '../../../devices/index.ts';
import { notFound } from '../../../kernel/fault.ts';
import type { Organization, ReadContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { hex, HexId, idOf, PageOf, pageOf, PageQuery, readPage, Timestamp } from '../shapes.ts';
import { segmentQuery, segmentsOf } from './segment-query.ts';
import { DeviceState, DeviceSubType, DeviceSummary, MdmUser, mdmUserOf, summaryOf } from './device-shape.ts';
import { devicesWithPolicy, readDevicePage, TagsQuery } from './device-lists.ts';

const Text = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ maxLength, description }));

const DeviceQuery = Type.Object({
  ...PageQuery.properties,
  mdmUser: Type.Optional(HexId('Only devices of this MDM user')),
  mdmUserId: Type.Optional(HexId('The same as mdmUser')),
  type: Type.Optional(Type.Enum(['android', 'apple', 'windows', 'aosp'])),
  subType: Type.Optional(DeviceSubType),
  showAll: Type.Optional(Type.Boolean({ description: 'Deleted devices too' })),
  policyId: Type.Optional(HexId('Only devices that have this policy')),
  imei: Text(256, 'Only devices with this IMEI'),
  serialNumber: Text(256, 'Only devices with this serial number'),
  state: Text(256, 'Only devices in this state'),
  name: Text(256, 'Part of the display name or of the name that the device gave itself'),
  isCompliance: Type.Optional(Type.Boolean({ description: 'Only devices that are, or are not, compliant' })),
  tags: TagsQuery,
  search: Text(256, 'As name, or part of the serial number, IMEI or email of the user'),
  os: Text(128, 'Operating system'),
  osVersion: Text(128, 'Version of the operating system'),
  networkIp: Text(128, 'Address that the device last called from'),
  ...segmentQuery,
});

const DeviceItem = Type.Object({
  id: HexId('Device'),
  type: Type.Enum(['windows', 'apple']),
  subType: DeviceSubType,
  state: DeviceState,
  displayName: Type.Optional(Type.String()),
  organization: HexId('Organization'),
  organizationInfo: Type.Object({
    id: HexId('Organization'),
    name: Type.String(),
    slug: Type.String(),
  }),
  winDevice: Type.Optional(HexId("The device's id in the Windows operations")),
  admDevice: Type.Optional(HexId("The device's id in the Apple operations")),
  tags: Type.Array(Type.String()),
  mdmUser: Type.Optional(MdmUser),
  summary: DeviceSummary,
  segmentId: Type.Integer({ description: 'Segment that the device belongs to; 0 is the root' }),
  lastStatusReportTime: Type.Optional(Timestamp('Last report')),
  enrolledDate: Type.Optional(Timestamp('Enrolment')),
  updatedAt: Timestamp('Last change'),
  createdAt: Timestamp('Creation'),
});

const permission = ['windows.device.read', 'apple.device.read'] as const;
const tag = 'Devices';

/** https://docs.applivery.com/en/api/ > UEM > Mdm Devices */
export const devicesEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: '/mdm/devices',
    summary: 'List the devices of all platforms',
    tag,
    permission,
    query: DeviceQuery,
    data: PageOf(DeviceItem),
    async handle({ query, read }) {
      const page = readDevicePage(query);
      const filter = await readFilter(read, query);
      const { items, total } = filter ? await listDevices(read, filter, page) : { items: [], total: 0 };
      const { organization } = read.scope;
      return {
        data: pageOf(
          items.map((device) => itemOf(organization, device)),
          total,
          page,
        ),
      };
    },
  }),
  endpoint({
    method: 'GET',
    url: '/mdm/devices/{deviceId}',
    summary: 'Get a device of any platform',
    description: 'Deleted devices too.',
    tag,
    permission,
    path: Type.Object({ deviceId: HexId('Device') }),
    data: DeviceItem,
    async handle({ path, read }) {
      const id = idOf(path.deviceId, 'Device');
      const device = (await devicesByIds(read, [id])).get(id);
      if (!device) throw notFound('Device', path.deviceId);
      return { data: itemOf(read.scope.organization, device), revision: device.revision };
    },
  }),
  endpoint({
    method: 'GET',
    url: '/mdm/devices/tags',
    summary: 'List the tags of devices',
    tag,
    permission,
    query: Type.Pick(PageQuery, ['page', 'limit']),
    data: PageOf(Type.Object({ value: Type.String() })),
    async handle({ query, read }) {
      const page = readPage(query, ['value']);
      const { items, total } = await listDeviceTags(read, page);
      return {
        data: pageOf(
          items.map((value) => ({ value })),
          total,
          page,
        ),
      };
    },
  }),
];

const platforms: Readonly<Record<string, Platform>> = { windows: 'windows', apple: 'apple' };

/** Undefined when no device can be meant. */
async function readFilter(
  read: ReadContext,
  query: Static<typeof DeviceQuery>,
): Promise<DeviceFilter | undefined> {
  const { type, subType, state, imei, serialNumber, name, search, os, osVersion, networkIp } = query;
  const platform = type === undefined ? undefined : platforms[type];
  if (type !== undefined && platform === undefined) return undefined;
  const userId = query.mdmUser ?? query.mdmUserId;
  return {
    platform,
    subType,
    state,
    includeDeleted: query.showAll,
    userId: userId === undefined ? undefined : idOf(userId, 'MDM user'),
    tags: query.tags,
    segments: await segmentsOf(read, query),
    serialNumber,
    imei,
    name,
    search,
    compliant: query.isCompliance,
    os,
    osVersion,
    networkIp,
    idIn: devicesWithPolicy(read, query.policyId),
  };
}

function itemOf({ id, name, slug }: Organization, device: Device): Static<typeof DeviceItem> {
  const { platform, displayName, user, lastStatusReportAt, enrolledAt } = device;
  return {
    id: hex(device.id),
    type: platform,
    subType: device.subType,
    state: device.state,
    ...(displayName !== null && { displayName }),
    organization: hex(id),
    organizationInfo: { id: hex(id), name, slug },
    ...(platform === 'windows' ? { winDevice: hex(device.id) } : { admDevice: hex(device.id) }),
    tags: [...device.tags],
    ...(user && { mdmUser: mdmUserOf(user) }),
    summary: summaryOf(device),
    segmentId: device.segment,
    ...(lastStatusReportAt && { lastStatusReportTime: lastStatusReportAt.toISOString() }),
    ...(enrolledAt && { enrolledDate: enrolledAt.toISOString() }),
    updatedAt: device.updatedAt.toISOString(),
    createdAt: device.createdAt.toISOString(),
  };
}
