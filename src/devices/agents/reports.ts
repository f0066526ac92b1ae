import { sql } from '../../database/index.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { ReadContext, WriteContext } from '../../tenancy/index.ts';
import { agentTables, type ReportKind } from './tables.ts';

/** What an agent told of where its device is, or of its network. */
export interface AgentReport {
  readonly id: Id;
  readonly kind: ReportKind;
  /** When it was so, by the device's clock. */
  readonly at: Date;
  readonly reportedAt: Date;
  readonly content: JsonObject;
}

/** Seconds between two reports of a kind that are kept. */
export const leastSecondsBetweenReports = 60;
/** Of each kind and device. */
const mostKept = 500;

/**
 * Keeps a report, and the last of them. The caller has locked the device. Faults: `tooManyRequests`, when the one before came too short a time
 * ago.
 */
export async function keepReport(
  context: WriteContext,
  deviceId: Id,
  kind: ReportKind,
  { at, content }: Pick<AgentReport, 'at' | 'content'>,
): Promise<void> {
  const { db, scope, now, newId } = context;
  const [last] = await lastReports(context, deviceId, kind, { limit: 1 });
  if (last && now.getTime() - last.reportedAt.getTime() < leastSecondsBetweenReports * 1_000) {
    throw new Fault(
      'tooManyRequests',
      `A device reports this at most every ${leastSecondsBetweenReports} seconds; the report before came at ${last.reportedAt.toISOString()}.`,
    );
  }
  const organizationId = scope.organization.id;
  await agentTables(db)
    .insertInto('devices_agent_report')
    .values({
      organization_id: organizationId,
      device_id: deviceId,
      kind,
      id: newId(),
      at,
      reported_at: now,
      content: JSON.stringify(content),
    })
    .execute();
  await sql`delete from devices_agent_report
    where organization_id = ${organizationId} and device_id = ${deviceId} and kind = ${kind} and id <= (
      select id from devices_agent_report
      where organization_id = ${organizationId} and device_id = ${deviceId} and kind = ${kind}
      order by id desc offset ${mostKept} limit 1)`.execute(db.connection);
}

/** The reports of a kind, or of both, newest first, as far as they are of `since` or later. */
export async function lastReports(
  { db, scope }: ReadContext,
  deviceId: Id,
  kind: ReportKind | undefined,
  { limit, since }: { readonly limit: number; readonly since?: Date | undefined },
): Promise<AgentReport[]> {
  let query = agentTables(db)
    .selectFrom('devices_agent_report')
    .select(['id', 'kind', 'at', 'reported_at as reportedAt', 'content'])
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .orderBy('id', 'desc')
    .limit(limit);
  if (kind) query = query.where('kind', '=', kind);
  if (since) query = query.where('at', '>=', since);
  return query.execute();
}
