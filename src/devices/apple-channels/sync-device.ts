import { Fault } from '../../kernel/fault.ts';
import { audit, type WriteContext } from '../../tenancy/index.ts';
import { auditTargetOfDevice, nameOfDevice, type Device } from '../index.ts';
import { requestWake } from './request-wake.ts';
import { channelTables } from './tables.ts';

/**
 * Has a device tell its inventory again, and fetch what it shall have, as soon as it can be woken. The device need not be locked: one that calls
 * locks its channel first. Faults: `invalidInput` for a device that is not enrolled.
 */
export async function syncDevice(context: WriteContext, device: Device): Promise<void> {
  const { db, scope, now } = context;
  const { numUpdatedRows } = await channelTables(db)
    .updateTable('devices_apple_channel')
    .set({ report_due_at: now, report_part: 0, woken_for: null })
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', device.id)
    .where('state', '=', 'enrolled')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) {
    throw new Fault('invalidInput', `'${nameOfDevice(device)}' is not enrolled, so it cannot report.`);
  }
  await audit(context, {
    action: 'apple.device.command',
    target: auditTargetOfDevice(device),
    before: null,
    after: { command: 'sync' },
  });
  requestWake(context);
}
