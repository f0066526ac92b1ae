import { isDeepStrictEqual } from 'node:util';
import type { Id } from '../kernel/id.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import { Secret } from '../kernel/secret.ts';
import type { ReadContext, WriteContext } from './scope.ts';
import { tenancyTables } from './tables.ts';

/** What an audit event compares. Secrets are compared but never stored. */
export type AuditValue = object;

export interface AuditedChange {
  /** The permission that the change needed, for example `windows.policy.update`, or another dotted verb. */
  readonly action: string;
  readonly target: { readonly type: string; readonly id: string; readonly name?: string | null };
  /** The target before the change; null when it was made by it. */
  readonly before: AuditValue | null;
  /** The target after the change; null when it was removed by it. */
  readonly after: AuditValue | null;
  /** What an administrator should look at twice. */
  readonly warning?: string | undefined;
}

/** Records a change in the transaction that makes it: who, when, what, before and after (changed properties alone), request id. */
export async function audit(context: WriteContext, change: AuditedChange): Promise<void> {
  const { principal, organization, requestId } = context.scope;
  const { before, after } = differences(change.before, change.after);
  await tenancyTables(context.db)
    .insertInto('tenancy_audit_event')
    .values({
      organization_id: organization.id,
      id: context.newId(),
      at: context.now,
      actor_kind: principal.kind,
      actor_id: principal.id,
      actor_name: principal.name,
      action: change.action,
      target_type: change.target.type,
      target_id: change.target.id,
      target_name: change.target.name ?? null,
      before: before && JSON.stringify(before),
      after: after && JSON.stringify(after),
      warning: change.warning ?? null,
      request_id: requestId,
    })
    .execute();
}

/** The properties in which two states differ, each side with its own values, secrets told as `changed`. */
export function differences(
  before: AuditValue | null,
  after: AuditValue | null,
): { before: JsonObject | null; after: JsonObject | null } {
  const old: Record<string, unknown> = { ...before };
  const current: Record<string, unknown> = { ...after };
  const changed = [...new Set([...Object.keys(old), ...Object.keys(current)])].filter(
    (name) => !isDeepStrictEqual(comparable(old[name]), comparable(current[name])),
  );
  const pick = (values: Record<string, unknown>) =>
    Object.fromEntries(
      changed.filter((name) => values[name] !== undefined).map((name) => [name, printable(values[name])]),
    );
  return { before: before && pick(old), after: after && pick(current) };
}

/** Two secrets look the same from outside, so they are compared by what they hold. */
function comparable(value: unknown): unknown {
  if (value instanceof Secret) return { secret: value.reveal() };
  if (Array.isArray(value)) return value.map(comparable);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, comparable(item)]));
}

function printable(value: unknown): Json {
  return value instanceof Secret ? 'changed' : (JSON.parse(JSON.stringify(value)) as Json);
}

export interface AuditEvent {
  readonly id: Id;
  readonly at: Date;
  readonly actor: { readonly kind: string; readonly id: Id | null; readonly name: string };
  readonly action: string;
  readonly target: { readonly type: string; readonly id: string; readonly name: string | null };
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
  readonly warning: string | null;
  readonly requestId: string;
}

interface AuditFilter {
  readonly targetType?: string | undefined;
  readonly targetId?: string | undefined;
  readonly requestId?: string | undefined;
  /** Only events older than this one: the last id of the page before. */
  readonly olderThan?: Id | undefined;
  readonly limit: number;
}

/** The organization's audit events, newest first. */
export async function listAuditEvents(
  { db, scope }: ReadContext,
  filter: AuditFilter,
): Promise<AuditEvent[]> {
  let query = tenancyTables(db)
    .selectFrom('tenancy_audit_event')
    .selectAll()
    .where('organization_id', '=', scope.organization.id)
    .orderBy('id', 'desc')
    .limit(filter.limit);
  if (filter.targetType !== undefined) query = query.where('target_type', '=', filter.targetType);
  if (filter.targetId !== undefined) query = query.where('target_id', '=', filter.targetId);
  if (filter.requestId !== undefined) query = query.where('request_id', '=', filter.requestId);
  if (filter.olderThan !== undefined) query = query.where('id', '<', filter.olderThan);
  const rows = await query.execute();
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    action: row.action,
    target: { type: row.target_type, id: row.target_id, name: row.target_name },
    before: row.before,
    after: row.after,
    warning: row.warning,
    requestId: row.request_id,
  }));
}
