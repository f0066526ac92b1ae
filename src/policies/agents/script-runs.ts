import { sql } from '../../database/index.ts';
import type { Script } from '../../devices/index.ts';
import { notFound } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import type { ListPart, ReadContext, WriteContext } from '../../tenancy/index.ts';
import { policiesTables } from '../tables.ts';
import type { Begun } from './due.ts';
import { runColumns, runOfRow, type ScriptRun, type ScriptRunWithOutput } from './script-run.ts';

/** What is remembered of a script on a device. */
export interface ScriptState {
  readonly begun: Begun | undefined;
  readonly last: ScriptRun | undefined;
}

/** How often a script ran on a device, whichever of its runs are still kept. */
export interface ScriptSummary {
  readonly scriptId: Id;
  readonly lastRunId: Id;
  readonly successes: number;
  readonly errors: number;
  readonly lastAt: Date;
}

/** The runs of a device, newest first, or those of one script. `after` is the oldest of those that are known. */
export async function listScriptRuns(
  context: ReadContext,
  deviceId: Id,
  { after, limit, scriptId }: ListPart & { readonly scriptId?: Id | undefined },
): Promise<ScriptRun[]> {
  let query = selectRuns(context, deviceId).select(runColumns).orderBy('id', 'desc').limit(limit);
  if (after) query = query.where('id', '<', after);
  if (scriptId) query = query.where('script_id', '=', scriptId);
  return (await query.execute()).map(runOfRow);
}

/** Faults: `notFound`, also for a run of another device. */
export async function requireScriptRun(
  context: ReadContext,
  deviceId: Id,
  id: Id,
): Promise<ScriptRunWithOutput> {
  const row = await selectRuns(context, deviceId).selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw runNotFound(id);
  return { ...runOfRow(row), stdout: row.stdout ?? '', stderr: row.stderr ?? '' };
}

export function runNotFound(id: Id) {
  return notFound('Script run', hexOfId(id));
}

/** Every script whose result a device ever told, the newest first. */
export async function summariesOfScripts({ db, scope }: ReadContext, deviceId: Id): Promise<ScriptSummary[]> {
  const rows = await policiesTables(db)
    .selectFrom('policies_script_state')
    .select(['script_id', 'last_run_id', 'successes', 'errors', 'last_at'])
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('last_run_id', 'is not', null)
    .orderBy('last_at', 'desc')
    .orderBy('script_id')
    .execute();
  return rows.map((row) => ({
    scriptId: row.script_id,
    lastRunId: row.last_run_id!,
    successes: row.successes,
    errors: row.errors,
    lastAt: row.last_at!,
  }));
}

export async function openRunsOf(context: ReadContext, deviceId: Id): Promise<ScriptRun[]> {
  const rows = await selectRuns(context, deviceId)
    .select(runColumns)
    .where('finished_at', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map(runOfRow);
}

export async function scriptStatesOf(
  { db, scope }: ReadContext,
  deviceId: Id,
): Promise<Map<Id, ScriptState>> {
  const rows = await policiesTables(db)
    .selectFrom('policies_script_state as state')
    .leftJoin('policies_script_run as run', (join) =>
      join
        .onRef('run.organization_id', '=', 'state.organization_id')
        .onRef('run.device_id', '=', 'state.device_id')
        .onRef('run.id', '=', 'state.last_run_id'),
    )
    .select(['state.script_id as of_script', 'state.reset_date', 'state.begun_at'])
    .select(runColumns.map((column) => `run.${column}` as const))
    .where('state.organization_id', '=', scope.organization.id)
    .where('state.device_id', '=', deviceId)
    .execute();
  return new Map(
    rows.map((row) => {
      const begun = row.begun_at ? { at: row.begun_at, resetDate: row.reset_date ?? '' } : undefined;
      // Of a left join either all columns are there or none.
      const last = row.id ? runOfRow(row as Parameters<typeof runOfRow>[0]) : undefined;
      return [row.of_script, { begun, last }];
    }),
  );
}

/** Opens a run of a script, of which none is open. The caller has locked the device. */
export async function openRun(
  { db, scope, now, newId }: WriteContext,
  deviceId: Id,
  { script, name }: { readonly script: Script; readonly name: string },
  how: { readonly requestedBy: string | null; readonly handed: boolean },
): Promise<ScriptRun> {
  const row = await policiesTables(db)
    .insertInto('policies_script_run')
    .values({
      organization_id: scope.organization.id,
      device_id: deviceId,
      id: newId(),
      script_id: script.id,
      name,
      type: script.type,
      requested_by: how.requestedBy,
      created_at: now,
      handed_at: how.handed ? now : null,
    })
    .returning(runColumns)
    .executeTakeFirstOrThrow();
  return runOfRow(row);
}

/** Remembers that a script began by itself, or that what was asked for stands for it. */
export async function noteBegun(
  { db, scope }: WriteContext,
  deviceId: Id,
  scriptId: Id,
  { at, resetDate }: Begun,
): Promise<void> {
  const begun = { begun_at: at, reset_date: resetDate };
  await policiesTables(db)
    .insertInto('policies_script_state')
    .values({
      organization_id: scope.organization.id,
      device_id: deviceId,
      script_id: scriptId,
      successes: 0,
      errors: 0,
      ...begun,
    })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'device_id', 'script_id']).doUpdateSet(begun),
    )
    .execute();
}

/**
 * What has begun by itself on a device begins anew. Runs that its agent has and that begin anew end; one that was asked for goes to the agent that
 * comes next.
 */
export async function forgetBegun({ db, scope, now }: WriteContext, deviceId: Id): Promise<void> {
  await policiesTables(db)
    .updateTable('policies_script_state')
    .set({ begun_at: null, reset_date: null })
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('begun_at', 'is not', null)
    .execute();
  await policiesTables(db)
    .updateTable('policies_script_run')
    .set({ finished_at: now, outcome: 'canceled', error: 'The device was set up anew.' })
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('type', '!=', 'onDemand')
    .where('handed_at', 'is not', null)
    .where('finished_at', 'is', null)
    .execute();
}

export async function noteHanded(
  { db, scope, now }: WriteContext,
  deviceId: Id,
  ids: readonly Id[],
): Promise<void> {
  if (ids.length === 0) return;
  await policiesTables(db)
    .updateTable('policies_script_run')
    .set({ handed_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('id', '=', sql<Id>`any(${ids}::uuid[])`)
    .execute();
}

/** Ends a run that the agent never began, or of which nothing is known. */
export async function closeRun(
  { db, scope, now }: WriteContext,
  { deviceId, id }: ScriptRun,
  outcome: 'notRun' | 'canceled',
  error: string,
): Promise<void> {
  await policiesTables(db)
    .updateTable('policies_script_run')
    .set({ finished_at: now, outcome, error })
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('id', '=', id)
    .execute();
}

function selectRuns({ db, scope }: ReadContext, deviceId: Id) {
  return policiesTables(db)
    .selectFrom('policies_script_run')
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId);
}
