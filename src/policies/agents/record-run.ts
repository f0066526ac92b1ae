import { sql } from '../../database/index.ts';
import { recordEvents } from '../../devices/events/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import { policiesTables } from '../tables.ts';
import { runColumns, runOfRow, type RunOutcome, type ScriptRun } from './script-run.ts';
import { runNotFound, scriptStatesOf } from './script-runs.ts';

/** What an agent tells of a run. */
export interface RunReport {
  readonly outcome: 'ended' | 'timedOut' | 'interrupted' | 'notRun';
  /** Null where the script did not end by itself. */
  readonly exitCode: number | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it did not end by itself, for people. */
  readonly error: string | null;
}

/** Characters that are kept of each of a run's outputs. */
const longestOutput = 64 * 1024;
/** Runs that are kept of each script on each device. */
const mostKept = 50;

/**
 * Keeps what an agent tells of a run. What is told of it again changes nothing. Faults: `notFound` (a run that this device's agent was not
 * given).
 */
export async function recordScriptRun(
  context: WriteContext,
  deviceId: Id,
  runId: Id,
  report: RunReport,
): Promise<'recorded' | 'known'> {
  const before = await lockRun(context, deviceId, runId);
  if (!before?.handedAt) throw runNotFound(runId);
  // A script may have run although it was not meant for the device any more.
  if (before.finishedAt && before.outcome !== 'canceled') return 'known';
  const { outcome, error } = judged(report);
  await policiesTables(context.db)
    .updateTable('policies_script_run')
    .set({
      finished_at: context.now,
      outcome,
      error,
      exit_code: report.exitCode,
      started_at: report.startedAt,
      ended_at: report.endedAt,
      stdout: cut(report.stdout),
      stderr: cut(report.stderr),
    })
    .where('organization_id', '=', context.scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('id', '=', runId)
    .execute();
  const former = (await scriptStatesOf(context, deviceId)).get(before.scriptId)?.last?.outcome;
  await noteResult(context, before, outcome);
  await removeOld(context, before);
  // A loop says the same again and again.
  if (before.type !== 'loop' || former !== outcome) await recordResult(context, before, outcome, error);
  return 'recorded';
}

function judged({ outcome, exitCode, stderr, error }: RunReport): {
  outcome: RunOutcome;
  error: string | null;
} {
  if (outcome !== 'ended') return { outcome, error: error ?? untold[outcome] };
  if (exitCode === 0) return { outcome: 'succeeded', error: null };
  const said = lastLine(stderr);
  const ended =
    exitCode === null ? (error ?? 'It ended without an exit code.') : `It ended with exit code ${exitCode}.`;
  return { outcome: 'failed', error: said === undefined ? ended : `${ended.replace(/\.$/, '')}: ${said}` };
}

const untold = {
  timedOut: 'It took too long and was ended.',
  interrupted: 'The agent stopped while it ran.',
  notRun: 'The agent does not say why it could not run it.',
} as const;

function lastLine(text: string): string | undefined {
  const line = text.trimEnd().split('\n').at(-1)?.trim();
  return line ? line.slice(0, 300).toWellFormed() : undefined;
}

/** Keeps the beginning and the end of what is too long, and says so. */
function cut(text: string): string {
  const left = text.length - longestOutput;
  if (left <= 0) return text;
  const half = longestOutput / 2;
  const parts = [text.slice(0, half), `\n… ${left} characters left out …\n`, text.slice(-half)];
  // Cutting may leave half of a pair.
  return parts.join('').toWellFormed();
}

async function lockRun({ db, scope }: WriteContext, deviceId: Id, id: Id): Promise<ScriptRun | undefined> {
  const row = await policiesTables(db)
    .selectFrom('policies_script_run')
    .select(runColumns)
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row && runOfRow(row);
}

async function noteResult(
  { db, scope, now }: WriteContext,
  { id, deviceId, scriptId }: ScriptRun,
  outcome: RunOutcome,
): Promise<void> {
  const [successes, errors] = outcome === 'succeeded' ? [1, 0] : [0, 1];
  await policiesTables(db)
    .insertInto('policies_script_state')
    .values({
      organization_id: scope.organization.id,
      device_id: deviceId,
      script_id: scriptId,
      last_run_id: id,
      successes,
      errors,
      last_at: now,
    })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'device_id', 'script_id']).doUpdateSet((row) => ({
        last_run_id: id,
        successes: sql<number>`policies_script_state.successes + ${row.ref('excluded.successes')}`,
        errors: sql<number>`policies_script_state.errors + ${row.ref('excluded.errors')}`,
        last_at: now,
      })),
    )
    .execute();
}

async function removeOld({ db, scope }: WriteContext, { deviceId, scriptId }: ScriptRun): Promise<void> {
  const organizationId = scope.organization.id;
  await sql`delete from policies_script_run
    where organization_id = ${organizationId} and device_id = ${deviceId} and script_id = ${scriptId}
      and finished_at is not null and id <= (
        select id from policies_script_run
        where organization_id = ${organizationId} and device_id = ${deviceId} and script_id = ${scriptId}
        order by id desc offset ${mostKept} limit 1)`.execute(db.connection);
}

async function recordResult(
  context: WriteContext,
  { id, deviceId, name }: ScriptRun,
  outcome: RunOutcome,
  error: string | null,
): Promise<void> {
  const title =
    error === null ? `The script '${name}' ran.` : `The script '${name}' did not succeed: ${error}`;
  await recordEvents(context, deviceId, [{ title, details: { scriptRunId: id, outcome } }]);
}
