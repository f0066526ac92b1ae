import type { Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { ListPart, ReadContext, WriteContext } from '../../tenancy/index.ts';
import { agentColumns, agentOfRow, type Agent } from './agent.ts';
import { agentTables } from './tables.ts';

/** The credentials that a device's agent ever had, newest first. `after` is the oldest of those that are known. */
export async function listAgents(
  context: ReadContext,
  deviceId: Id,
  { after, limit }: ListPart,
): Promise<Agent[]> {
  let query = selectAgents(context, deviceId).orderBy('id', 'desc').limit(limit);
  if (after) query = query.where('id', '<', after);
  return (await query.execute()).map(agentOfRow);
}

/** The agent that a device has now; undefined when it was given no credentials, or they were revoked. */
export async function agentOf(context: ReadContext, deviceId: Id): Promise<Agent | undefined> {
  const row = await selectAgents(context, deviceId).where('revoked_at', 'is', null).executeTakeFirst();
  return row && agentOfRow(row);
}

/** Notes what an agent was told to do, and whether it said that it has it. */
export async function noteConfiguration(
  { db, scope }: WriteContext,
  id: Id,
  told: JsonObject,
  hasConfirmed: boolean,
): Promise<void> {
  await agentTables(db)
    .updateTable('devices_agent')
    .set({ told_configuration: JSON.stringify(told), configuration_confirmed: hasConfirmed })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
}

function selectAgents({ db, scope }: ReadContext, deviceId: Id) {
  return agentTables(db)
    .selectFrom('devices_agent')
    .select(agentColumns)
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId);
}
