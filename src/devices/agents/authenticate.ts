import { sql, type Database } from '../../database/index.ts';
import { Fault } from '../../kernel/fault.ts';
import { gather } from '../../kernel/gather.ts';
import type { Id } from '../../kernel/id.ts';
import type { Clock } from '../../kernel/clock.ts';
import { agentColumns, agentOfRow, agentTokenShape, hashAgentToken, type Agent } from './agent.ts';
import { agentTables } from './tables.ts';

/** The agent that calls, and of which organization it is. */
export interface CallingAgent {
  readonly organizationId: Id;
  readonly agent: Agent;
}

/** What an agent says of itself at each call. */
export interface AgentSelf {
  readonly version: string | null;
  readonly os: string | null;
}

/** A call is noted once a minute, not each time. */
const noteAfter = 60_000;

/**
 * Makes the function that tells whose `Authorization` header it is, and notes that the agent called. Tokens are looked up at every call, so
 * that a revocation counts at once; calls of one event-loop turn share the statement. Faults: `tokenMissing`, `tokenMalformed`,
 * `tokenInvalid`.
 */
export function agentAuthenticator({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}): (authorization: string | undefined, self: AgentSelf) => Promise<CallingAgent> {
  const find = gather((hashes: readonly Buffer[]) => loadByHash(database, hashes));
  return async (authorization, self) => {
    const found = await find(hashAgentToken(tokenIn(authorization)));
    if (!found) {
      throw new Fault(
        'tokenInvalid',
        "The agent's token is unknown or was revoked, or its device is not managed any more. An administrator can give new agent credentials.",
      );
    }
    const now = clock();
    const { lastSeenAt, version, os } = found.agent;
    const isOther = (self.version ?? version) !== version || (self.os ?? os) !== os;
    if (isOther || !lastSeenAt || now.getTime() - lastSeenAt.getTime() >= noteAfter) {
      await noteCall(database, found, self, now);
    }
    return found;
  };
}

function tokenIn(authorization: string | undefined): string {
  const [scheme, token, ...rest] = (authorization ?? '').trim().split(/\s+/);
  if (!token || scheme?.toLowerCase() !== 'bearer') {
    throw new Fault(
      'tokenMissing',
      'Send the header "Authorization: Bearer <token>" with the agent\'s token.',
    );
  }
  if (rest.length > 0 || !agentTokenShape.test(token)) {
    throw new Fault(
      'tokenMalformed',
      "The bearer token is not that of an agent: those are 'mga_' and 43 characters.",
    );
  }
  return token;
}

async function loadByHash(
  database: Database,
  hashes: readonly Buffer[],
): Promise<(CallingAgent | undefined)[]> {
  const rows = await agentTables(database)
    .selectFrom('devices_agent as agent')
    .innerJoin('devices_device as device', (join) =>
      join
        .onRef('device.organization_id', '=', 'agent.organization_id')
        .onRef('device.id', '=', 'agent.device_id'),
    )
    .select(agentColumns.map((column) => `agent.${column}` as const))
    .select('agent.token_hash')
    .where('agent.token_hash', '=', sql<Buffer>`any(${hashes}::bytea[])`)
    .where('agent.revoked_at', 'is', null)
    .where('device.state', '!=', 'DELETED')
    .execute();
  const byHash = new Map(
    rows.map((row) => [
      row.token_hash.toString('hex'),
      { organizationId: row.organization_id, agent: agentOfRow(row) },
    ]),
  );
  return hashes.map((hash) => byHash.get(hash.toString('hex')));
}

async function noteCall(
  database: Database,
  { organizationId, agent }: CallingAgent,
  { version, os }: AgentSelf,
  now: Date,
): Promise<void> {
  await agentTables(database)
    .updateTable('devices_agent')
    .set({ last_seen_at: now, version: version ?? agent.version, os: os ?? agent.os })
    .where('organization_id', '=', organizationId)
    .where('id', '=', agent.id)
    .where('revoked_at', 'is', null)
    .execute();
}
