import { Type, type Static } from 'typebox';
import { invalidInput, notFound } from '../../kernel/fault.ts';
import { parseGuidId } from '../../kernel/id.ts';
import { recordScriptRun, type RunReport } from '../../policies/agents/index.ts';
import { Moment, readMoment } from './moment.ts';
import { operation } from './operation.ts';

const Output = Type.Optional(
  Type.String({
    maxLength: 256 * 1024,
    description: 'What it wrote; of more than 64 KiB the middle is left out',
  }),
);

const ScriptLog = Type.Object({
  runId: Type.String({ maxLength: 64, description: 'As `scheduler-scripts` gave it' }),
  outcome: Type.Enum(['ended', 'timedOut', 'interrupted', 'notRun'], {
    description:
      '`ended`: by itself. `timedOut`: by the agent, because it took too long. `interrupted`: the agent or the machine stopped meanwhile, and it is not run again. `notRun`: it could not be started',
  }),
  exitCode: Type.Optional(
    Type.Integer({
      minimum: -2_147_483_648,
      maximum: 4_294_967_295,
      description: 'Left out where there is none, as after a signal',
    }),
  ),
  startedAt: Type.Optional(Moment("When it began, by the device's clock")),
  finishedAt: Type.Optional(Moment("When it ended, by the device's clock")),
  stdout: Output,
  stderr: Output,
  error: Type.Optional(
    Type.String({ maxLength: 1_000, description: 'Why it did not end by itself, for people' }),
  ),
});

export const scriptLogs = operation({
  name: 'createScriptLog',
  method: 'POST',
  url: '/script-logs',
  summary: 'Tell the result of a run',
  description:
    'The first result of a run counts; the same or another one that is told later is answered with `known` and changes nothing, so that an agent can repeat what it does not know to have arrived. 404 for a run that this agent was not given.',
  body: ScriptLog,
  data: Type.Object({ status: Type.Enum(['recorded', 'known']) }),
  async handle({ agent, body, change, now }) {
    const runId = parseGuidId(body.runId);
    if (!runId) throw notFound('Script run', body.runId);
    const report = readReport(body, now);
    const status = await change((context) => recordScriptRun(context, agent.deviceId, runId, report));
    return { data: { status } };
  },
});

/** Postgres' integers have no 32nd bit of their own, which exit codes of Windows use. */
const signed = (code: number) => code | 0;

function readReport(body: Static<typeof ScriptLog>, now: Date): RunReport {
  const { outcome, exitCode, startedAt, finishedAt, stdout = '', stderr = '', error } = body;
  const started = startedAt === undefined ? null : readMoment(startedAt, 'startedAt', now);
  const ended = finishedAt === undefined ? null : readMoment(finishedAt, 'finishedAt', now);
  if (started && ended && ended < started) {
    throw invalidInput([
      { path: 'finishedAt', message: `'${finishedAt}' is before startedAt, '${startedAt}'` },
    ]);
  }
  if (outcome !== 'ended' && exitCode !== undefined) {
    throw invalidInput([{ path: 'exitCode', message: `there is none where the outcome is '${outcome}'` }]);
  }
  return {
    outcome,
    exitCode: exitCode === undefined ? null : signed(exitCode),
    startedAt: started,
    endedAt: ended,
    stdout,
    stderr,
    error: error ?? null,
  };
}
