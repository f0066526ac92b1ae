import { hexOfId, type Id } from '../../kernel/id.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import { cancelCommands } from '../commands/index.ts';
import { recordEvents } from '../events/index.ts';
import { deviceKey, lockDevice, saveDevice } from '../index.ts';
import { dmAccountTables } from './tables.ts';

/** A PC left the management, as its user or an administrator wished: nothing more is sent to it. */
export async function endAccount(context: WriteContext, deviceId: Id): Promise<void> {
  await closeAccount(context, deviceId);
  await recordEvents(context, deviceId, [{ title: 'The PC left the management.', details: {} }]);
  await cancelCommands(context, deviceId, 'The PC left the management.');
  const device = await lockDevice(context, 'windows', deviceKey(hexOfId(deviceId)));
  await saveDevice(context, device, {
    state: { to: 'DELETED', reason: 'unenrolled' },
    user: null,
    scripts: [],
  });
}

/** No call of the PC is answered any more. */
export async function closeAccount({ db, scope, now }: WriteContext, deviceId: Id): Promise<void> {
  await dmAccountTables(db)
    .updateTable('devices_dm_account')
    .set({ state: 'ended', ended_at: now, session: null, session_at: null })
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('state', '!=', 'ended')
    .execute();
}
