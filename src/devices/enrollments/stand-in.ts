import { Fault } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import { createDevice, deviceKey, lockDevice, saveDevice, type Device } from '../index.ts';
import { userOf } from './enrolling-device.ts';
import type { Enrollment } from './enrollment.ts';
import { enrollmentTables } from './tables.ts';

type Content = Pick<Enrollment, 'platform' | 'displayName' | 'tags' | 'userId' | 'segment'>;

/** A device that stands in lists for an enrolment until one has enrolled by it, and is that one then. */
export async function addStandIn(context: WriteContext, content: Content): Promise<Id> {
  const { platform, displayName, tags, segment } = content;
  const device = await createDevice(context, {
    platform,
    subType: 'enrollment',
    state: 'PROVISIONING',
    reason: 'enrollment-token',
    displayName,
    tags,
    segment,
    user: await userOf(context, content),
  });
  return device.id;
}

/** Does nothing once a device has enrolled. */
export async function changeStandIn(
  context: WriteContext,
  { deviceId, ...content }: Enrollment,
): Promise<void> {
  const device = deviceId && (await lockStandIn(context, content.platform, deviceId));
  if (!device) return;
  const { displayName, tags, segment } = content;
  await saveDevice(context, device, { displayName, tags, segment, user: await userOf(context, content) });
}

/** The device that enrolled takes the place of what stood in for its enrolment, if anything did. */
export async function replaceStandIn(
  context: WriteContext,
  enrollment: Pick<Enrollment, 'id' | 'deviceId' | 'platform'>,
  deviceId: Id,
): Promise<void> {
  if (enrollment.deviceId === null || enrollment.deviceId === deviceId) return;
  await removeStandIn(context, enrollment);
  await enrollmentTables(context.db)
    .updateTable('devices_enrollment')
    .set({ device_id: deviceId })
    .where('organization_id', '=', context.scope.organization.id)
    .where('id', '=', enrollment.id)
    .execute();
}

/** Nobody will enrol by it. Does nothing once a device has enrolled. */
export async function removeStandIn(
  context: WriteContext,
  { deviceId, platform }: Pick<Enrollment, 'deviceId' | 'platform'>,
): Promise<void> {
  const device = deviceId && (await lockStandIn(context, platform, deviceId));
  if (device) {
    await saveDevice(context, device, { state: { to: 'DELETED', reason: 'token-not-used' }, user: null });
  }
}

/** The device, while it stands in for an enrolment. */
export async function lockStandIn(
  context: WriteContext,
  platform: Device['platform'],
  deviceId: Id,
): Promise<Device | undefined> {
  try {
    const device = await lockDevice(context, platform, deviceKey(hexOfId(deviceId)));
    return device.subType === 'enrollment' ? device : undefined;
  } catch (error) {
    // An administrator removed it.
    if (error instanceof Fault && error.code === 'notFound') return undefined;
    throw error;
  }
}
