import { isDeepStrictEqual } from 'node:util';
import { brokenForeignKey } from '../database/index.ts';
import { requireSegment } from '../directory/index.ts';
import { requireRevision } from '../kernel/etag.ts';
import { Fault, invalidInput, notFound } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import { audit, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import {
  changed,
  nameOfDevice,
  type Device,
  type DeviceChange,
  type DeviceKey,
  type Platform,
} from './device.ts';
import { changeableColumns, deviceOfRow, selectDevices } from './device-row.ts';
import { leaveGroups } from './group-devices.ts';
import { devicesTables } from './tables.ts';

const nouns = { windows: 'Windows device', apple: 'Apple device' } as const satisfies Record<
  Platform,
  string
>;

/** The fault for a device that is not there. */
export function deviceNotFound(platform: Platform, key: DeviceKey): Fault {
  return notFound(nouns[platform], key.text);
}

/**
 * Reads a device for a change, so that other changes of it wait. Deleted devices cannot be changed.
 * Faults: `notFound`, `preconditionFailed`.
 */
export async function lockDevice(
  { db, scope }: WriteContext,
  platform: Platform,
  key: DeviceKey,
  ifMatch?: readonly number[],
): Promise<Device> {
  const { id, text } = key;
  const row = await selectDevices(db)
    .where('device.organization_id', '=', scope.organization.id)
    .where('device.platform', '=', platform)
    .where('device.state', '!=', 'DELETED')
    .where((where) =>
      where.or([
        ...(id ? [where('device.id', '=', id)] : []),
        where('device.serial_number', '=', text),
        where('device.imei', '=', text),
      ]),
    )
    .$if(id !== undefined, (query) => query.orderBy((order) => order('device.id', '=', id!), 'desc'))
    .orderBy('device.id', 'desc')
    .limit(1)
    .forNoKeyUpdate('device')
    .executeTakeFirst();
  if (!row) throw deviceNotFound(platform, key);
  requireRevision(ifMatch, row.revision);
  return deviceOfRow(row);
}

/**
 * Writes what a change makes of a locked device; a deleted one leaves its groups. The caller audits it, together with what else it changed. `alsoChanged` makes a new
 * revision even if the device's own properties stay as they are. Faults: `invalidInput` (a segment or user that is not there).
 */
export async function saveDevice(
  context: WriteContext,
  device: Device,
  change: DeviceChange,
  alsoChanged = false,
): Promise<Device> {
  const { db, scope, now } = context;
  const content = changed(device, change, now);
  if (content === device && !alsoChanged) return device;
  if (content.segment !== device.segment) await requireSegmentOfInput(context, content.segment);
  const after: Device = { ...content, revision: device.revision + 1, updatedAt: now };
  try {
    await devicesTables(db)
      .updateTable('devices_device')
      .set({
        ...changeableColumns(after),
        ...(after.summary !== device.summary && { summary: JSON.stringify(after.summary) }),
      })
      .where('organization_id', '=', scope.organization.id)
      .where('id', '=', device.id)
      .execute();
  } catch (error) {
    throw faultOfReference(error);
  }
  if (after.state === 'DELETED') await leaveGroups(context, after.id);
  if (decidesOtherwise(device, after)) context.touched.devices.add(device.id);
  return after;
}

/** Whether other policies may be meant for the device now. */
function decidesOtherwise(before: Device, after: Device): boolean {
  return (
    !isDeepStrictEqual(before.tags, after.tags) ||
    before.user?.id !== after.user?.id ||
    before.state !== after.state
  );
}

/** What stood in for an enrolment is a device from now on. */
export async function makeDevice({ db, scope, touched }: WriteContext, id: Id): Promise<void> {
  await devicesTables(db)
    .updateTable('devices_device')
    .set({ sub_type: 'device' })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  touched.devices.add(id);
}

/** Keeps that a device has enrolled now. */
export async function noteEnrolled({ db, scope, now }: WriteContext, deviceId: Id): Promise<void> {
  await devicesTables(db)
    .updateTable('devices_device')
    .set({ enrolled_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', deviceId)
    .execute();
}

/** Moves a device to another segment. Faults: `notFound`, `preconditionFailed`, `invalidInput` (no such segment). */
export async function moveDevice(
  context: WriteContext,
  platform: Platform,
  key: DeviceKey,
  ifMatch: readonly number[] | undefined,
  segment: number,
): Promise<Device> {
  const before = await lockDevice(context, platform, key, ifMatch);
  const after = await saveDevice(context, before, { segment });
  if (after === before) return before;
  await audit(context, {
    action: `${platform}.device.move`,
    target: targetOf(after),
    before: { segment: before.segment },
    after: { segment: after.segment },
  });
  return after;
}

/** How audit events name a device. */
export function targetOf(device: Device) {
  return { type: `${device.platform}Device`, id: device.id, name: nameOfDevice(device) };
}

/** Refuses a segment that the input names and that is not there. Faults: `invalidInput`. */
export async function requireSegmentOfInput(
  context: ReadContext,
  segment: number,
  path = 'segmentId',
): Promise<void> {
  try {
    await requireSegment(context, segment);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'notFound') throw error;
    throw invalidInput([{ path, message: `${segment} is not a segment of this organization` }]);
  }
}

/** What a foreign key refuses was removed by somebody else between the check and the write. */
export function faultOfReference(error: unknown): unknown {
  const constraint = brokenForeignKey(error);
  if (constraint === undefined) return error;
  const what = constraint === 'devices_device_user' ? 'user' : 'segment';
  return new Fault('invalidInput', `The ${what} was removed by somebody else just now.`, { cause: error });
}
