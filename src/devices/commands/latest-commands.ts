import { anyOf } from '../../database/index.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import { parseJson } from '../../kernel/json.ts';
import { audit, type ReadContext, type WriteContext } from '../../tenancy/index.ts';
import { auditTargetOfDevice, type Device } from '../index.ts';
import { commandOfRow, purposeOfBody, type DeviceCommand } from './commands.ts';
import { commandTables } from './tables.ts';

/** The newest command of each of these types that each of these devices got, in one statement. */
export async function latestCommands(
  { db, scope }: ReadContext,
  deviceIds: readonly Id[],
  types: readonly string[],
): Promise<Map<Id, DeviceCommand[]>> {
  if (deviceIds.length === 0) return new Map();
  const rows = await commandTables(db)
    .selectFrom('devices_command')
    .distinctOn(['device_id', 'type'])
    .selectAll()
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', anyOf(deviceIds))
    .where('type', 'in', types)
    .orderBy('device_id')
    .orderBy('type')
    .orderBy('id', 'desc')
    .execute();
  return Map.groupBy(rows.map(commandOfRow), ({ deviceId }) => deviceId);
}

/**
 * The PINs that these commands have given to the device, by the command; none for a command without. Who reads them can unlock the device, and is
 * in the audit log.
 */
export async function readPins(
  context: WriteContext,
  device: Device,
  ids: readonly Id[],
): Promise<Map<Id, string>> {
  const { db, scope, secrets } = context;
  const rows = await commandTables(db)
    .selectFrom('devices_command')
    .select(['id', 'body'])
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', device.id)
    .where('id', '=', anyOf(ids))
    .execute();
  const pins = new Map<Id, string>();
  for (const { id, body } of rows) {
    const opened = parseJson(secrets.open(body, purposeOfBody(scope, id)).reveal());
    const pin = (opened as { arguments?: { PIN?: unknown } }).arguments?.PIN;
    if (typeof pin === 'string') pins.set(id, pin);
  }
  if (pins.size > 0) {
    await audit(context, {
      action: `${device.platform}.device.readPin`,
      target: auditTargetOfDevice(device),
      before: null,
      after: { commandIds: [...pins.keys()].map(hexOfId) },
    });
  }
  return pins;
}
