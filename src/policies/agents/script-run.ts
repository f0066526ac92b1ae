import type { Script } from '../../devices/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ScriptRunRow } from '../tables.ts';

/**
 * What became of a run. `failed`: the script ended with another exit code than 0. `timedOut`: it was ended because it took too long.
 * `interrupted`: the agent or the machine stopped meanwhile. `notRun`: it could not be started. `canceled`: it was not meant for the device
 * any more.
 */
export const runOutcomes = ['succeeded', 'failed', 'timedOut', 'interrupted', 'notRun', 'canceled'] as const;

export type RunOutcome = (typeof runOutcomes)[number];

/** One run of a script on a device. */
export interface ScriptRun {
  readonly id: Id;
  readonly deviceId: Id;
  readonly scriptId: Id;
  /** The script's name when it began. */
  readonly name: string;
  readonly type: Script['type'];
  /** Who asked for it; null when it began by itself. */
  readonly requestedBy: string | null;
  readonly createdAt: Date;
  /** When the agent got it. */
  readonly handedAt: Date | null;
  /** When its result came. */
  readonly finishedAt: Date | null;
  readonly outcome: RunOutcome | null;
  readonly exitCode: number | null;
  /** By the device's clock. */
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Why it did not succeed, for people. */
  readonly error: string | null;
}

/** A run with what the script wrote. */
export interface ScriptRunWithOutput extends ScriptRun {
  readonly stdout: string;
  readonly stderr: string;
}

/** Everything but the output, which can be large. */
export const runColumns = [
  'id',
  'device_id',
  'script_id',
  'name',
  'type',
  'requested_by',
  'created_at',
  'handed_at',
  'finished_at',
  'outcome',
  'exit_code',
  'started_at',
  'ended_at',
  'error',
] as const satisfies readonly (keyof ScriptRunRow)[];

export function runOfRow(row: Pick<ScriptRunRow, (typeof runColumns)[number]>): ScriptRun {
  return {
    id: row.id,
    deviceId: row.device_id,
    scriptId: row.script_id,
    name: row.name,
    type: row.type,
    requestedBy: row.requested_by,
    createdAt: row.created_at,
    handedAt: row.handed_at,
    finishedAt: row.finished_at,
    outcome: row.outcome,
    exitCode: row.exit_code,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    error: row.error,
  };
}
