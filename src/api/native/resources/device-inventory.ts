import { Type } from 'typebox';
import { inventoryOf, type InventoryPart } from '../../../devices/inventory/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { Timestamp } from '../shapes.ts';
import { DevicePath, requireDevice } from './named-device.ts';

const parts = [
  'device',
  'security',
  'profiles',
  'applications',
  'certificates',
  'declarations',
] as const satisfies readonly InventoryPart[];

export const deviceInventoryEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'getDeviceInventory',
    method: 'GET',
    url: '/devices/{device}/inventory',
    tag: 'Devices',
    summary: 'Get what a device last told of itself',
    permission: ['windows.device.read', 'apple.device.read'],
    path: DevicePath,
    data: Type.Object({
      parts: Type.Array(
        Type.Object({
          part: Type.Enum([...parts]),
          reportedAt: Timestamp('When the device told it'),
          content: Type.Record(Type.String(), Type.Unknown(), {
            description: "In the words of the platform's own protocol, with Base64 for data",
          }),
        }),
        { description: 'What it never told is left out' },
      ),
    }),
    handle: async ({ path, read }) => {
      const { id } = await requireDevice(read, path.device);
      const [told] = await inventoryOf(read.db, [{ organizationId: read.scope.organization.id, id }]);
      return {
        data: {
          parts: parts.flatMap((part) => {
            const found = told?.[part];
            if (!found) return [];
            return [{ part, reportedAt: found.reportedAt.toISOString(), content: found.content }];
          }),
        },
      };
    },
  }),
];
