import { Type, type Static } from 'typebox';
import { scriptTypes } from '../../../devices/index.ts';
import {
  agentWorkOf,
  dueAt,
  listScriptRuns,
  requestScriptRun,
  requireScriptRun,
  runOutcomes,
  type DeviceScript,
  type ScriptRun,
} from '../../../policies/agents/index.ts';
import { desiredStateOf } from '../../../policies/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { AnyId, Guid, idIn, idInPath, ListOf, Nullable, pageById, PageQuery, Timestamp } from '../shapes.ts';
import { DevicePath, requireDevice } from './named-device.ts';

const tag = 'Devices';
const readPermission = ['windows.device.read', 'apple.device.read'] as const;

const RunShape = Type.Object({
  id: Guid('Id'),
  scriptId: Guid('Asset that holds the script'),
  name: Type.String({ description: "The script's name when it began" }),
  type: Type.Enum([...scriptTypes]),
  requestedBy: Nullable(Type.String({ description: 'Who asked for it; null when it began by itself' })),
  createdAt: Timestamp('When it was asked for, or began'),
  handedAt: Nullable(Timestamp('When the agent got it')),
  finishedAt: Nullable(Timestamp('When its result came')),
  outcome: Nullable(
    Type.Enum([...runOutcomes], {
      description:
        '`failed`: it ended with another exit code than 0. `timedOut`: it took too long. `interrupted`: the agent or the machine stopped meanwhile. `notRun`: it could not be started. `canceled`: it was not meant for the device any more',
    }),
  ),
  exitCode: Nullable(Type.Integer()),
  startedAt: Nullable(Timestamp("When it began, by the device's clock")),
  endedAt: Nullable(Timestamp("When it ended, by the device's clock")),
  error: Nullable(Type.String({ description: 'Why it did not succeed, for people' })),
});

const RunWithOutput = Type.Object({
  ...RunShape.properties,
  stdout: Type.String({ description: 'What it wrote; of more than 64 KiB the middle is left out' }),
  stderr: Type.String({ description: 'What it wrote as errors, likewise' }),
});

const ScriptShape = Type.Object({
  id: Guid('Asset that holds the script'),
  name: Type.String(),
  type: Type.Enum([...scriptTypes]),
  policy: Nullable(
    Type.Object(
      { id: Guid('Id'), name: Type.String() },
      { description: 'Null: the device has it by itself' },
    ),
  ),
  arguments: Type.Array(Type.String(), { description: 'With placeholders filled in' }),
  problem: Nullable(Type.String({ description: 'Why it cannot run on this device, for people' })),
  beginsByItself: Type.Boolean({ description: 'Whether it will, as things are' }),
  dueAt: Nullable(
    Timestamp('Of what begins by itself: from when, at a call of the agent; null for its next call'),
  ),
  openRun: Nullable(RunShape),
  lastRun: Nullable(RunShape),
});

const shownDate = (date: Date | null) => date?.toISOString() ?? null;

function shownRun(run: ScriptRun): Static<typeof RunShape> {
  return {
    id: run.id,
    scriptId: run.scriptId,
    name: run.name,
    type: run.type,
    requestedBy: run.requestedBy,
    createdAt: run.createdAt.toISOString(),
    handedAt: shownDate(run.handedAt),
    finishedAt: shownDate(run.finishedAt),
    outcome: run.outcome,
    exitCode: run.exitCode,
    startedAt: shownDate(run.startedAt),
    endedAt: shownDate(run.endedAt),
    error: run.error,
  };
}

function shownScript(item: DeviceScript): Static<typeof ScriptShape> {
  const { script, open, last } = item;
  const due = dueAt(script, item.begun);
  return {
    id: script.id,
    name: item.name,
    type: script.type,
    policy: item.policy,
    arguments: [...item.arguments],
    problem: item.problem ?? null,
    beginsByItself: due !== undefined,
    dueAt: due === 'now' ? null : shownDate(due ?? null),
    openRun: open ? shownRun(open) : null,
    lastRun: last ? shownRun(last) : null,
  };
}

export const deviceScriptEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'listDeviceScripts',
    method: 'GET',
    url: '/devices/{device}/scripts',
    tag,
    summary: 'List the scripts that are meant for a device, with how far each is',
    permission: [...readPermission, 'windows.policy.read'],
    path: DevicePath,
    data: Type.Object({ items: Type.Array(ScriptShape) }),
    handle: async ({ path, read, documents }) => {
      const device = await requireDevice(read, path.device);
      const { scripts } = await agentWorkOf(read, device, await desiredStateOf(read, device.id, documents));
      return { data: { items: scripts.map(shownScript) } };
    },
  }),
  endpoint({
    name: 'listScriptRuns',
    method: 'GET',
    url: '/devices/{device}/script-runs',
    tag,
    summary: 'List the runs of scripts on a device, newest first',
    description: 'The last 50 of each script are kept.',
    permission: readPermission,
    path: DevicePath,
    query: Type.Object({
      ...PageQuery.properties,
      script: Type.Optional(AnyId('Only runs of this script')),
    }),
    data: ListOf(RunShape),
    handle: async ({ path, query: { script, ...page }, read }) => {
      const { id } = await requireDevice(read, path.device);
      const scriptId = script === undefined ? undefined : idIn(script, 'script');
      const { items, next } = await pageById(page, (part) => listScriptRuns(read, id, { ...part, scriptId }));
      return { data: { items: items.map(shownRun), next } };
    },
  }),
  endpoint({
    name: 'getScriptRun',
    method: 'GET',
    url: '/devices/{device}/script-runs/{run}',
    tag,
    summary: 'Get a run of a script, with what it wrote',
    permission: readPermission,
    path: Type.Object({ ...DevicePath.properties, run: AnyId('Id of the run') }),
    data: RunWithOutput,
    handle: async ({ path, read }) => {
      const { id } = await requireDevice(read, path.device);
      const run = await requireScriptRun(read, id, idInPath(path.run, 'Script run'));
      return { data: { ...shownRun(run), stdout: run.stdout, stderr: run.stderr } };
    },
  }),
  endpoint({
    name: 'createScriptRun',
    method: 'POST',
    url: '/devices/{device}/script-runs',
    tag,
    summary: 'Ask for a run of a script that is meant for a device',
    description:
      'The way to run scripts of type `onDemand`; others run anew by it. It runs when the agent calls. While a run of the script is open the answer is that one.',
    permission: 'script.run',
    path: DevicePath,
    body: Type.Object({ script: AnyId('Asset that holds the script') }),
    data: RunShape,
    handle: async ({ path, body, read, change, documents }) => {
      const device = await requireDevice(read, path.device);
      const scriptId = idIn(body.script, 'script');
      const run = await change((context) => requestScriptRun(context, device, scriptId, documents));
      return { created: run.id, data: shownRun(run) };
    },
  }),
];
