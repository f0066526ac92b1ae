import { Type, type Static } from 'typebox';
import { deviceKey, deviceNotFound, moveDevice } from '../../../devices/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import {
  endManagement,
  updateWindowsDevice,
  withPolicies,
  type ManagedWindowsDevice,
  type WindowsDeviceChange,
} from '../../../policies/index.ts';
import type { Organization, ReadContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { HexId, idOf, PageOf, pageOf, SegmentNumber } from '../shapes.ts';
import { pageOfPlatform, PlatformDevicesQuery, wholeDevices } from './device-lists.ts';
import { DeviceState, Tag } from './device-shape.ts';
import { NullableId } from './nullable-id.ts';
import { ScriptInput, readScripts } from './script-shape.ts';
import { WindowsDevicePath } from './windows-device-path.ts';
import { Priority, WindowsDeviceAnswer, windowsDeviceAnswerOf } from './windows-device-shape.ts';

const DeviceChange = Type.Object({
  displayName: Type.Optional(Type.String({ maxLength: 128 })),
  tags: Type.Optional(Type.Array(Tag, { maxItems: 256 })),
  mdmUserId: Type.Optional(NullableId('MDM user; null takes the device from its user')),
  winPolicyId: Type.Optional(NullableId('Primary policy; null takes it away')),
  winPolicyAssignments: Type.Optional(
    Type.Array(Type.Object({ winPolicyId: HexId('Windows policy'), priority: Priority }), {
      maxItems: 1000,
      description: 'Further policies. Several policies on a device need a plan with policy composition.',
    }),
  ),
  segmentId: Type.Optional(SegmentNumber),
  scripts: Type.Optional(Type.Array(ScriptInput, { maxItems: 1000 })),
  smartAttributeAssignments: Type.Optional(
    Type.Array(Type.Object({ smartAttributeId: HexId('Smart attribute') })),
  ),
});

const tag = 'Windows devices';

/** https://docs.applivery.com/en/api/ > Windows > Windows Devices */
export const windowsDevicesEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: '/mdm/windows/enterprise/devices',
    summary: 'List Windows devices',
    description: wholeDevices,
    tag,
    permission: 'windows.device.read',
    query: PlatformDevicesQuery,
    data: PageOf(WindowsDeviceAnswer),
    async handle({ query, read }) {
      const { items, total, page } = await pageOfPlatform(read, 'windows', query);
      const devices = await withPolicies(read, items);
      const { organization } = read.scope;
      return {
        data: pageOf(
          devices.map((device) => windowsDeviceAnswerOf(organization, device)),
          total,
          page,
        ),
      };
    },
  }),
  endpoint({
    method: 'GET',
    url: '/mdm/windows/enterprise/devices/{winDeviceId}',
    summary: 'Get a Windows device',
    tag,
    permission: 'windows.device.read',
    path: WindowsDevicePath,
    data: WindowsDeviceAnswer,
    async handle({ path, gathered, read }) {
      const key = deviceKey(path.winDeviceId);
      const device = await gathered.windowsDevices.read(read.scope, key);
      if (!device) throw deviceNotFound('windows', key);
      return answer(read.scope.organization, device);
    },
  }),
  endpoint({
    method: 'PUT',
    url: '/mdm/windows/enterprise/devices/{winDeviceId}',
    summary: 'Update a Windows device',
    description:
      'Changes what the body names; lists are replaced whole. Read-only properties are ignored, so an answer can be sent back.',
    tag,
    permission: 'windows.device.update',
    path: WindowsDevicePath,
    body: DeviceChange,
    data: WindowsDeviceAnswer,
    async handle({ path, body, change, ifMatch, read }) {
      const device = await change((context) =>
        updateWindowsDevice(context, deviceKey(path.winDeviceId), ifMatch, readChange(body)),
      );
      return answer(read.scope.organization, device);
    },
  }),
  endpoint({
    method: 'PUT',
    url: '/mdm/windows/enterprise/devices/{winDeviceId}/move',
    summary: 'Move a Windows device to another segment',
    tag,
    permission: 'windows.device.move',
    path: WindowsDevicePath,
    body: Type.Object({ segmentId: SegmentNumber }),
    data: WindowsDeviceAnswer,
    handle: ({ path, body, change, ifMatch }) =>
      change(async (context) => {
        const segment = Number(body.segmentId);
        const key = deviceKey(path.winDeviceId);
        const device = await moveDevice(context, 'windows', key, ifMatch, segment);
        return answer(context.scope.organization, await withItsPolicies(context, device));
      }),
  }),
  endpoint({
    method: 'DELETE',
    url: '/mdm/windows/enterprise/devices/{winDeviceId}',
    summary: 'Unenrol a Windows device',
    description:
      'An enrolled device is told to leave the management when it calls; until it has, its state is `DELETE_REQUESTED`. Some leave without a word: asked again, the device is removed at once. Any other is `DELETED` at once: it loses its user, policies and scripts, is only listed when show-deleted asks for it, and keeps its history.',
    tag,
    permission: 'windows.device.remove',
    path: WindowsDevicePath,
    data: Type.Object({ delete: Type.Boolean(), state: DeviceState }),
    async handle({ path, change, ifMatch }) {
      const key = deviceKey(path.winDeviceId);
      const { state } = await change((context) => endManagement(context, 'windows', key, ifMatch));
      return { data: { delete: true, state } };
    },
  }),
];

async function withItsPolicies(
  context: ReadContext,
  device: ManagedWindowsDevice['device'],
): Promise<ManagedWindowsDevice> {
  const [managed] = await withPolicies(context, [device]);
  return managed!;
}

function answer(organization: Organization, managed: ManagedWindowsDevice) {
  return { data: windowsDeviceAnswerOf(organization, managed), revision: managed.device.revision };
}

function readChange(body: Static<typeof DeviceChange>): WindowsDeviceChange {
  if (body.smartAttributeAssignments?.length) {
    throw invalidInput([
      {
        path: 'smartAttributeAssignments[0].smartAttributeId',
        message: `'${body.smartAttributeAssignments[0]!.smartAttributeId}' is not a smart attribute of this organization, which has none; leave the list out or empty`,
      },
    ]);
  }
  const named = (id: string, path: string) => ({ id: idOf(id, path), path });
  const { displayName, tags, mdmUserId, winPolicyId, winPolicyAssignments, segmentId, scripts } = body;
  return {
    displayName,
    tags,
    user: mdmUserId == null ? mdmUserId : named(mdmUserId, 'mdmUserId'),
    primary: winPolicyId == null ? winPolicyId : named(winPolicyId, 'winPolicyId'),
    direct: winPolicyAssignments?.map(({ winPolicyId, priority }, index) => ({
      policy: named(winPolicyId, `winPolicyAssignments[${index}].winPolicyId`),
      priority,
    })),
    segment: segmentId === undefined ? undefined : Number(segmentId),
    scripts: scripts && readScripts(scripts),
  };
}
