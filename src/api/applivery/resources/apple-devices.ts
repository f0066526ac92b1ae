import { Type, type Static } from 'typebox';
import {
  deviceKey,
  deviceNotFound,
  updateDevice,
  type Device,
  type DeviceUpdate,
} from '../../../devices/index.ts';
import { inventoryOf } from '../../../devices/inventory/index.ts';
import { syncDevice } from '../../../devices/management/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import { endManagement } from '../../../policies/index.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { HexId, idOf, PageOf, pageOf, SegmentNumber } from '../shapes.ts';
import { AppleDeviceAnswer, appleDeviceAnswerOf, toldParts } from './apple-device-shape.ts';
import { pageOfPlatform, PlatformDevicesQuery, wholeDevices } from './device-lists.ts';
import { DeviceState, Tag } from './device-shape.ts';
import { NullableId } from './nullable-id.ts';

export const AppleDevicePath = Type.Object({
  admDeviceId: Type.String({
    pattern: '^(([a-fA-F0-9]{24})|(\\w{1,}))$',
    'x-takes': 'an id of 24 hexadecimal digits, a serial number or an IMEI',
    description: 'Id, IMEI or serial number. Deleted devices have only their id.',
  }),
});

/** Documented, and nothing that this server has: see `refuseWhatIsNotThere`. */
const None = (what: string) =>
  Type.Optional(Type.Array(Type.Unknown(), { description: `${what} are not there yet: empty or left out` }));

const DeviceChange = Type.Object({
  displayName: Type.Optional(Type.String({ maxLength: 128 })),
  tags: Type.Optional(Type.Array(Tag, { maxItems: 256 })),
  mdmUserId: Type.Optional(NullableId('MDM user; null takes the device from its user')),
  segmentId: Type.Optional(SegmentNumber),
  policyId: Type.Optional(NullableId('Apple policies are not there yet: null or left out')),
  admPolicyAssignments: None('Apple policies'),
  admVppLocationId: Type.Optional(NullableId('VPP locations are not there yet: null or left out')),
  profiles: None('Profiles of a single device'),
  applications: None('Apple applications'),
  books: None('Books'),
  scripts: None('Scripts on Apple devices'),
  smartAttributeAssignments: None('Smart attributes'),
});

const tag = 'Apple devices';

/** https://docs.applivery.com/en/api/ > Apple > Apple Devices */
export const appleDevicesEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: '/mdm/apple/enterprise/devices',
    summary: 'List Apple devices',
    description: wholeDevices,
    tag,
    permission: 'apple.device.read',
    query: Type.Object({
      ...PlatformDevicesQuery.properties,
      'adm-policy': Type.Optional(HexId('Only devices that have this policy')),
    }),
    data: PageOf(AppleDeviceAnswer),
    async handle({ query, read }) {
      const { items, total, page } = await pageOfPlatform(read, 'apple', query, query['adm-policy']);
      return { data: pageOf(await answersOf(read, items), total, page) };
    },
  }),
  endpoint({
    method: 'GET',
    url: '/mdm/apple/enterprise/devices/{admDeviceId}',
    summary: 'Get an Apple device',
    tag,
    permission: 'apple.device.read',
    path: AppleDevicePath,
    data: AppleDeviceAnswer,
    async handle({ path, gathered, read }) {
      const { organization } = read.scope;
      const organizationId = organization.id;
      const key = deviceKey(path.admDeviceId);
      const device = await gathered.device({ organizationId, platform: 'apple', key });
      if (!device) throw deviceNotFound('apple', key);
      const told = await gathered.told({ organizationId, id: device.id });
      return { data: appleDeviceAnswerOf(organization, device, told), revision: device.revision };
    },
  }),
  endpoint({
    method: 'PUT',
    url: '/mdm/apple/enterprise/devices/{admDeviceId}',
    summary: 'Update an Apple device',
    description:
      'Changes what the body names; lists are replaced whole. Read-only properties are ignored, so an answer can be sent back.',
    tag,
    permission: 'apple.device.update',
    path: AppleDevicePath,
    body: DeviceChange,
    data: AppleDeviceAnswer,
    handle: ({ path, body, change, ifMatch }) =>
      change(async (context) =>
        answer(
          context,
          await updateDevice(context, 'apple', deviceKey(path.admDeviceId), ifMatch, readChange(body)),
        ),
      ),
  }),
  endpoint({
    method: 'DELETE',
    url: '/mdm/apple/enterprise/devices/{admDeviceId}',
    summary: 'Unenrol an Apple device',
    description:
      'An enrolled device is told to remove its enrolment when it calls, and is woken for it; until it has, its state is `DELETE_REQUESTED`. Any other is `DELETED` at once: it loses its user, is only listed when show-deleted asks for it, and keeps its history.',
    tag,
    permission: 'apple.device.remove',
    path: AppleDevicePath,
    data: Type.Object({ delete: Type.Boolean(), state: DeviceState }),
    async handle({ path, change, ifMatch }) {
      const key = deviceKey(path.admDeviceId);
      const { state } = await change((context) => endManagement(context, 'apple', key, ifMatch));
      return { data: { delete: true, state } };
    },
  }),
  endpoint({
    method: 'POST',
    url: '/mdm/apple/enterprise/devices/{admDeviceId}/info',
    summary: 'Have an Apple device report again',
    description: 'The device is woken and tells everything, not only the parts that are named.',
    tag,
    permission: 'apple.device.command',
    path: AppleDevicePath,
    body: Type.Object({
      info: Type.Array(Type.Enum(['hardware', 'applications', 'certificates']), {
        minItems: 1,
        maxItems: 16,
        description: 'What it shall report',
      }),
    }),
    data: AppleDeviceAnswer,
    async handle({ path, gathered, read, change }) {
      const key = deviceKey(path.admDeviceId);
      const device = await gathered.device({
        organizationId: read.scope.organization.id,
        platform: 'apple',
        key,
      });
      if (!device) throw deviceNotFound('apple', key);
      await change((context) => syncDevice(context, device));
      return answer(read, device);
    },
  }),
];

async function answer(context: ReadContext, device: Device) {
  const [data] = await answersOf(context, [device]);
  return { data: data!, revision: device.revision };
}

async function answersOf(
  { db, scope: { organization } }: ReadContext,
  devices: readonly Device[],
): Promise<Static<typeof AppleDeviceAnswer>[]> {
  const told = await inventoryOf(
    db,
    devices.map(({ id }) => ({ organizationId: organization.id, id })),
    toldParts,
  );
  return devices.map((device, index) => appleDeviceAnswerOf(organization, device, told[index]!));
}

function readChange(body: Static<typeof DeviceChange>): DeviceUpdate {
  refuseWhatIsNotThere(body);
  const { displayName, tags, mdmUserId, segmentId } = body;
  return {
    displayName,
    tags,
    user: mdmUserId == null ? mdmUserId : { id: idOf(mdmUserId, 'MDM user'), path: 'mdmUserId' },
    segment: segmentId === undefined ? undefined : Number(segmentId),
  };
}

/** Ignoring it would look like success. */
function refuseWhatIsNotThere(body: Static<typeof DeviceChange>): void {
  const reasons = {
    policyId: ofPolicies,
    admPolicyAssignments: ofPolicies,
    admVppLocationId: 'this server has no VPP locations',
    profiles: ofPolicies,
    applications: 'this server installs no applications on Apple devices yet',
    books: 'this server installs no books',
    scripts: 'this server runs no scripts on Apple devices',
    smartAttributeAssignments: 'this organization has no smart attributes',
  } as const satisfies Partial<Record<keyof typeof body, string>>;
  const violations = Object.entries(reasons).flatMap(([path, reason]) => {
    const value = body[path as keyof typeof reasons];
    const isEmpty = value == null || (Array.isArray(value) && value.length === 0);
    return isEmpty ? [] : [{ path, message: `${reason}; leave it out or empty` }];
  });
  if (violations.length > 0) throw invalidInput(violations);
}

const ofPolicies =
  'Apple devices get their settings from device configurations of Microsoft Graph, which are assigned to groups';
