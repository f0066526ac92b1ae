import { createHash } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import type { Clock } from '../kernel/clock.ts';
import type { Server } from './client.ts';
import type { Journal, RunLog } from './journal.ts';
import { readLocation, type LocationSource } from './location.ts';
import { readDuties, readRuns, UnexpectedAnswer, type Duties, type GivenRun } from './messages.ts';
import { networkStatusOf } from './network.ts';
import { runScript, type Machine, type ScriptResult } from './run-script.ts';

export interface AgentTools {
  readonly server: Server;
  readonly journal: Journal;
  readonly machine: Machine;
  readonly location: LocationSource;
  readonly clock: Clock;
  /** A line for people. */
  readonly log: (line: string) => void;
}

/** What the agent remembers from one round to the next. */
export interface Memory {
  readonly duties?: Duties;
  readonly etag?: string | undefined;
  /** When it told each last. */
  readonly toldAt: Readonly<Partial<Record<'location' | 'networkStatus', Date>>>;
}

/**
 * One round: tells what it could not tell before, asks for its duties, does them. Rejects when the server cannot be reached or refuses; what ran
 * until then is in the journal.
 */
export async function round(tools: AgentTools, before: Memory, signal: AbortSignal): Promise<Memory> {
  for (const log of tools.journal.untold()) await tell(tools, log, signal);
  const { duties, etag } = await askDuties(tools, before, signal);
  if (duties.scripts.active) await runAll(tools, signal);
  const toldAt = { ...before.toldAt };
  for (const kind of ['location', 'networkStatus'] as const) {
    if (signal.aborted || !isDue(duties[kind], toldAt[kind], tools.clock())) continue;
    await report(tools, kind, signal);
    toldAt[kind] = tools.clock();
  }
  return { duties, etag, toldAt };
}

async function askDuties(
  { server }: AgentTools,
  { duties, etag }: Memory,
  signal: AbortSignal,
): Promise<{ duties: Duties; etag: string | undefined }> {
  const answer = await server.send('GET', '/agent-config', { etag: duties && etag, signal });
  if (answer.status === 304 && duties) return { duties, etag };
  return { duties: readDuties('/agent-config', answer), etag: answer.etag };
}

async function runAll(tools: AgentTools, signal: AbortSignal): Promise<void> {
  const path = '/scheduler-scripts';
  const { runs } = readRuns(path, await tools.server.send('GET', path, { signal }));
  for (const run of runs) {
    if (signal.aborted) return;
    // What was begun is told at the next round, and never begun again.
    if (!tools.journal.has(run.runId)) await runOne(tools, run, signal);
  }
}

async function runOne(tools: AgentTools, run: GivenRun, signal: AbortSignal): Promise<void> {
  const { journal, clock } = tools;
  const startedAt = clock().toISOString();
  journal.begin(run.runId, startedAt);
  const result = await resultOf(tools, run, signal);
  const log = { runId: run.runId, ...result, startedAt, finishedAt: clock().toISOString() };
  journal.finish(log);
  tools.log(`The script '${run.name}' ${told(result)}`);
  // A stopping agent tells it when it starts again.
  if (!signal.aborted) await tell(tools, log, signal);
}

async function resultOf({ machine }: AgentTools, run: GivenRun, signal: AbortSignal): Promise<ScriptResult> {
  const content = Buffer.from(run.content, 'base64');
  const refusal = refusalOf(machine, run, content);
  if (refusal !== undefined) return { outcome: 'notRun', stdout: '', stderr: '', error: refusal };
  try {
    return await runScript(machine, { ...run, content }, signal);
  } catch (error) {
    const why = `The agent could not run it: ${(error as Error).message}`;
    return { outcome: 'notRun', stdout: '', stderr: '', error: why.slice(0, 1_000) };
  }
}

function refusalOf(machine: Machine, { scope, sha256 }: GivenRun, content: Buffer): string | undefined {
  if (createHash('sha256').update(content).digest('hex') !== sha256) {
    return 'The script did not arrive as the server has it.';
  }
  if (scope === 'user' && machine.isPrivileged && !machine.runAs) {
    return "It is for the user of the machine, and the agent runs with the machine's rights. Start it with --run-as.";
  }
  return undefined;
}

function told({ outcome, exitCode, error }: ScriptResult): string {
  if (exitCode !== undefined) return `ended with exit code ${exitCode}.`;
  return `did not end by itself (${outcome}): ${error}`;
}

/** Tells a result, and forgets it once the server has it or never will. */
async function tell({ server, journal, log }: AgentTools, run: RunLog, signal: AbortSignal): Promise<void> {
  const path = '/script-logs';
  let answer = await server.send('POST', path, { body: run, signal });
  if (answer.status === 400) {
    // Most likely for the machine's clock; the rest is worth telling.
    const { startedAt: _, finishedAt: __, ...timeless } = run;
    answer = await server.send('POST', path, { body: timeless, signal });
  }
  if (answer.status === 400 || answer.status === 404) {
    log(`The server does not take the result of ${run.runId}: ${new UnexpectedAnswer(path, answer).message}`);
  } else if (answer.status !== 200) {
    throw new UnexpectedAnswer(path, answer);
  }
  journal.forget(run.runId);
}

function isDue(
  { active, refreshInterval }: Duties['location'],
  toldAt: Date | undefined,
  now: Date,
): boolean {
  return active && (!toldAt || now.getTime() - toldAt.getTime() >= refreshInterval * 1_000);
}

/** What cannot be told keeps the agent from nothing else. */
async function report(
  { server, location, clock, log }: AgentTools,
  kind: 'location' | 'networkStatus',
  signal: AbortSignal,
): Promise<void> {
  const at = clock();
  try {
    const place = kind === 'location' ? await readLocation(location, signal) : undefined;
    const body =
      kind === 'location'
        ? place && { at: at.toISOString(), ...place }
        : networkStatusOf(networkInterfaces(), hostname(), at);
    if (!body) return;
    const path = kind === 'location' ? '/location' : '/network-status';
    const answer = await server.send('POST', path, { body, signal });
    // The server was told by the agent of a moment ago, which ended.
    if (answer.status !== 200 && answer.status !== 429) throw new UnexpectedAnswer(path, answer);
  } catch (error) {
    log(
      `The ${kind === 'location' ? 'location' : 'network status'} was not told: ${(error as Error).message}`,
    );
  }
}
