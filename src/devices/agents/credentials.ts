import { invalidInput, notFound } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import type { Secret } from '../../kernel/secret.ts';
import { audit, type WriteContext } from '../../tenancy/index.ts';
import { auditTargetOfDevice, type Device } from '../index.ts';
import { agentColumns, agentOfRow, hashAgentToken, type Agent } from './agent.ts';
import { agentTables } from './tables.ts';

/**
 * Gives the agent of a locked device a token, in place of one that it had before. Faults: `invalidInput` (an enrolment that no device has
 * used).
 */
export async function issueAgentToken(context: WriteContext, device: Device, token: Secret): Promise<Agent> {
  const { db, scope, now, newId } = context;
  if (device.subType !== 'device') {
    throw invalidInput([
      { path: 'device', message: 'has not enrolled; only an enrolled device has an agent' },
    ]);
  }
  const before = await revokeCurrent(context, device.id);
  const row = {
    organization_id: scope.organization.id,
    id: newId(),
    device_id: device.id,
    version: null,
    os: null,
    created_at: now,
    created_by: scope.principal.name,
    last_seen_at: null,
    revoked_at: null,
    told_configuration: null,
    configuration_confirmed: false,
  };
  await agentTables(db)
    .insertInto('devices_agent')
    .values({ ...row, token_hash: hashAgentToken(token.reveal()) })
    .execute();
  await audit(context, {
    action: `${device.platform}.device.issueAgentToken`,
    target: auditTargetOfDevice(device),
    before: { agentCredentialsId: before?.id ?? null },
    after: { agentCredentialsId: row.id },
  });
  return agentOfRow(row);
}

/** Revokes credentials of a locked device from its agent's next call on. Faults: `notFound`, also for those that were revoked before. */
export async function revokeAgentToken(context: WriteContext, device: Device, id: Id): Promise<void> {
  const revoked = await revokeCurrent(context, device.id, id);
  if (!revoked) throw notFound('Agent credentials', hexOfId(id));
  await audit(context, {
    action: `${device.platform}.device.revokeAgentToken`,
    target: auditTargetOfDevice(device),
    before: { agentCredentialsId: id },
    after: { agentCredentialsId: null },
  });
}

async function revokeCurrent(
  { db, scope, now }: WriteContext,
  deviceId: Id,
  id?: Id,
): Promise<Agent | undefined> {
  const row = await agentTables(db)
    .updateTable('devices_agent')
    .set({ revoked_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('revoked_at', 'is', null)
    .$if(id !== undefined, (query) => query.where('id', '=', id!))
    .returning(agentColumns)
    .executeTakeFirst();
  return row && agentOfRow(row);
}
