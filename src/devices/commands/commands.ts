import { listPage, type Listed, type Page } from '../../database/index.ts';
import { notFound } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { Secret } from '../../kernel/secret.ts';
import {
  audit,
  type ListPart,
  type ReadContext,
  type Scope,
  type WriteContext,
} from '../../tenancy/index.ts';
import { auditTargetOfDevice, type Device } from '../index.ts';
import { commandTables, type CommandRow, type CommandState } from './tables.ts';

/** An order to a device that is given once, such as to restart. What follows from policies is no command: see `policies/delivery`. */
export interface DeviceCommand {
  readonly id: Id;
  readonly deviceId: Id;
  /** What the platform calls it, such as `RestartDevice`. */
  readonly type: string;
  readonly state: CommandState;
  readonly requestedBy: string;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  /** Since when the device says that it cannot do it now, and how often it said so. */
  readonly notNow: { readonly since: Date; readonly count: number } | null;
  readonly finishedAt: Date | null;
  readonly answer: JsonObject | null;
  /** For people. */
  readonly error: string | null;
}

/** What is given to a device. */
export interface NewCommand {
  readonly channel: string;
  readonly type: string;
  /** What the protocol sends, in its own form. */
  readonly body: JsonObject;
  /** Goes before those that are not. */
  readonly isUrgent: boolean;
}

/** Gives a command to a locked device. It is sent when the device calls, in the order of giving. */
export async function queueCommand(
  context: WriteContext,
  device: Device,
  { channel, type, body, isUrgent }: NewCommand,
): Promise<DeviceCommand> {
  const { db, scope, now, newId, secrets } = context;
  const id = newId();
  const row: CommandRow = {
    organization_id: scope.organization.id,
    id,
    device_id: device.id,
    channel,
    type,
    body: secrets.seal(new Secret(JSON.stringify(body)), purposeOfBody(scope, id)),
    is_urgent: isUrgent,
    state: 'queued',
    requested_by: scope.principal.name,
    created_at: now,
    sent_at: null,
    not_now_since: null,
    not_now_count: 0,
    finished_at: null,
    answer: null,
    error: null,
  };
  await commandTables(db)
    .insertInto('devices_command')
    .values({ ...row, answer: null })
    .execute();
  await audit(context, {
    action: `${device.platform}.device.command`,
    target: auditTargetOfDevice(device),
    before: null,
    after: { commandId: hexOfId(id), command: type },
  });
  return commandOfRow(row);
}

/** The commands of a device, newest first. `after` is the oldest of those that are known. */
export async function listCommands(
  { db, scope }: ReadContext,
  deviceId: Id,
  { after, limit }: ListPart,
): Promise<DeviceCommand[]> {
  let query = commandTables(db)
    .selectFrom('devices_command')
    .selectAll()
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .orderBy('id', 'desc')
    .limit(limit);
  if (after) query = query.where('id', '<', after);
  return (await query.execute()).map(commandOfRow);
}

/** How lists of commands can be sorted. Ids are in the order of creation. */
const sortColumns = { createdAt: 'id', state: 'state', type: 'type' } as const;

export type CommandSortField = keyof typeof sortColumns;

/** A page of the commands of a device. */
export async function pageOfCommands(
  { db, scope }: ReadContext,
  deviceId: Id,
  page: Page<CommandSortField>,
): Promise<Listed<DeviceCommand>> {
  const matching = commandTables(db)
    .selectFrom('devices_command')
    .selectAll()
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId);
  const { items, total } = await listPage(matching, sortColumns, page);
  return { items: items.map(commandOfRow), total };
}

/** Faults: `notFound`, also for a command of another device. */
export async function requireCommand(
  { db, scope }: ReadContext,
  deviceId: Id,
  id: Id,
): Promise<DeviceCommand> {
  const row = await commandTables(db)
    .selectFrom('devices_command')
    .selectAll()
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('Command', hexOfId(id));
  return commandOfRow(row);
}

export function commandOfRow(row: CommandRow): DeviceCommand {
  return {
    id: row.id,
    deviceId: row.device_id,
    type: row.type,
    state: row.state,
    requestedBy: row.requested_by,
    createdAt: row.created_at,
    sentAt: row.sent_at,
    notNow: row.not_now_since && { since: row.not_now_since, count: row.not_now_count },
    finishedAt: row.finished_at,
    answer: row.answer,
    error: row.error,
  };
}

export function purposeOfBody({ organization }: Scope, id: Id): string {
  return `devices_command.body:${organization.id}/${id}`;
}
