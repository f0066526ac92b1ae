import { sql } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import { parseJson, type JsonObject } from '../../kernel/json.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import { purposeOfBody } from './commands.ts';
import { commandTables } from './tables.ts';

/** A command without a final answer. */
export interface WaitingCommand {
  readonly id: Id;
  readonly channel: string;
  readonly type: string;
  readonly body: JsonObject;
  readonly state: 'queued' | 'sent' | 'notNow';
  /** What is known so far of how it ends. */
  readonly answer: JsonObject | null;
}

/** How a command ended. */
export interface CommandResult {
  readonly state: 'acknowledged' | 'error' | 'formatError';
  readonly answer: JsonObject | null;
  /** For people; null when all went well. */
  readonly error: string | null;
}

/** What waits for channels, in the order in which it is to be sent: first what is urgent, then the older. */
export async function lockWaitingCommands(
  { db, scope, secrets }: WriteContext,
  deviceId: Id,
  ...channels: readonly string[]
): Promise<WaitingCommand[]> {
  const rows = await commandTables(db)
    .selectFrom('devices_command')
    .select(['id', 'channel', 'type', 'body', 'state', 'answer'])
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('channel', '=', sql<string>`any(${channels}::text[])`)
    .where('finished_at', 'is', null)
    .orderBy('is_urgent', 'desc')
    .orderBy('id')
    .forUpdate()
    .execute();
  return rows.map(({ id, channel, type, body, state, answer }) => ({
    id,
    channel,
    type,
    body: parseJson(secrets.open(body, purposeOfBody(scope, id)).reveal()) as JsonObject,
    state: state as WaitingCommand['state'],
    answer,
  }));
}

/** The command is on its way to the device. */
export async function markSent(context: WriteContext, id: Id): Promise<void> {
  await commandTables(context.db)
    .updateTable('devices_command')
    .set({ state: 'sent', sent_at: context.now })
    .where('organization_id', '=', context.scope.organization.id)
    .where('id', '=', id)
    .execute();
}

/** The device cannot do it now; it will ask for it again by itself. */
export async function putOff(context: WriteContext, id: Id): Promise<void> {
  await commandTables(context.db)
    .updateTable('devices_command')
    .set({
      state: 'notNow',
      not_now_since: sql<Date>`coalesce(not_now_since, ${context.now})`,
      not_now_count: sql<number>`not_now_count + 1`,
    })
    .where('organization_id', '=', context.scope.organization.id)
    .where('id', '=', id)
    .execute();
}

/** The device has answered a part of it. */
export async function keepAnswer(context: WriteContext, id: Id, answer: JsonObject): Promise<void> {
  await commandTables(context.db)
    .updateTable('devices_command')
    .set({ answer: JSON.stringify(answer) })
    .where('organization_id', '=', context.scope.organization.id)
    .where('id', '=', id)
    .execute();
}

export async function finishCommand(
  context: WriteContext,
  id: Id,
  { state, answer, error }: CommandResult,
): Promise<void> {
  await commandTables(context.db)
    .updateTable('devices_command')
    .set({ state, finished_at: context.now, answer: answer && JSON.stringify(answer), error })
    .where('organization_id', '=', context.scope.organization.id)
    .where('id', '=', id)
    .execute();
}
