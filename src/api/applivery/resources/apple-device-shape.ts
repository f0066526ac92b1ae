import { Type, type Static } from 'typebox';
import type { Device } from '../../../devices/index.ts';
import type { inventoryOf, InventoryPart } from '../../../devices/inventory/index.ts';
import type { Organization } from '../../../tenancy/index.ts';
import { hex, HexId } from '../shapes.ts';
import { DeviceProperties, devicePropertiesOf, FreeMap } from './device-shape.ts';

/** The parts of the inventory that a device's answer shows. */
export const toldParts = ['device', 'security'] as const satisfies readonly InventoryPart[];

/** What a device last told of itself. */
export type Told = Awaited<ReturnType<typeof inventoryOf>>[number];

/** The vendor's page shows the request alone; the answer follows that of Windows devices. */
export const AppleDeviceAnswer = Type.Object({
  id: HexId('Apple device'),
  organizationId: HexId('Organization'),
  admEnterpriseId: HexId("Apple enterprise: an organization has one, under the organization's id"),
  admId: Type.Optional(
    Type.String({ maxLength: 128, description: "The device's id in the management protocol: its UDID" }),
  ),
  type: Type.Literal('apple'),
  ...DeviceProperties,
  config: FreeMap(
    "What the device reported, by Apple's name of the command that asks for it: `DeviceInformation`, `SecurityInfo`",
  ),
});

/** The whole device. */
export function appleDeviceAnswerOf(
  organization: Organization,
  device: Device,
  { device: information, security }: Told,
): Static<typeof AppleDeviceAnswer> {
  return {
    id: hex(device.id),
    organizationId: hex(organization.id),
    admEnterpriseId: hex(organization.id),
    ...(device.platformId !== null && { admId: device.platformId }),
    type: 'apple',
    ...devicePropertiesOf(device),
    config: {
      ...device.config,
      ...(information && { DeviceInformation: information.content['QueryResponses'] ?? {} }),
      ...(security && { SecurityInfo: security.content['SecurityInfo'] ?? {} }),
    },
    configDates: {
      ...device.configDates,
      ...(information && { DeviceInformation: information.reportedAt.toISOString() }),
      ...(security && { SecurityInfo: security.reportedAt.toISOString() }),
    },
  };
}
