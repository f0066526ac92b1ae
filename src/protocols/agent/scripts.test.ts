import { afterAll, beforeAll, expect, test } from 'vitest';
import { deviceWithAgent, type DeviceWithAgent } from '../../../test/support/device-with-agent.ts';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import type { Script } from '../../devices/index.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const minutes = (count: number) => server.advance(count * 60_000);

/** Gives a device these scripts of its own, in place of those that it had. */
async function giveScripts(
  { organization, deviceId }: DeviceWithAgent,
  ...scripts: (Partial<Script> & { id: Id })[]
): Promise<void> {
  const answer = await organization.put(`/devices/${hexOfId(deviceId)}`, {
    scripts: scripts.map(({ id, ...rest }) => Object.assign({ type: 'once' }, rest, { id: hexOfId(id) })),
  });
  expect(answer.status, answer.text).toBe(200);
}

test('a script of type once runs once, and anew when its resetDate changes', async () => {
  const device = await deviceWithAgent(server, 'once');
  const script = await device.organization.script('inventory.sh', undefined, {
    content: Buffer.from('echo hi'),
  });
  await giveScripts(device, { id: script.id, arguments: '-a "b c"' });

  const [run] = await device.runs();
  expect(run).toMatchObject({
    scriptId: script.id,
    name: 'inventory.sh',
    type: 'once',
    scope: 'machine',
    interpreter: '/bin/sh',
    arguments: ['-a', 'b c'],
    content: Buffer.from('echo hi').toString('base64'),
    sha256: script.sha256,
  });
  // It stays the same run until its result comes.
  minutes(60);
  expect(await device.runs()).toEqual([run]);
  expect((await device.report(run!.runId)).json).toEqual({ status: 'recorded' });
  minutes(60);
  expect(await device.runs()).toEqual([]);

  await giveScripts(device, { id: script.id, arguments: 'other' });
  expect(await device.runs()).toEqual([]);
  await giveScripts(device, { id: script.id, resetDate: '2026-03-01T00:00:00.000Z' });
  const [again] = await device.runs();
  expect(again!.runId).not.toBe(run!.runId);
  await device.report(again!.runId, 3, { stderr: 'working\nno such disk\n' });
  await giveScripts(device, { id: script.id, resetDate: '2026-03-01T00:00:00.000Z' });
  expect(await device.runs()).toEqual([]);
  await giveScripts(device, { id: script.id });
  expect(await device.runs()).toEqual([]);

  const summary = await device.applivery('/script-logs/summary');
  expect(summary.json.data).toEqual([
    {
      id: hexOfId(again!.runId as Id),
      mdmAsset: { id: hexOfId(script.id) },
      status: { success: 1, error: 1 },
      lastDate: server.now().toISOString(),
    },
  ]);
  const log = await device.applivery(`/script-logs/${summary.json.data[0].id}`);
  expect(log.json.data).toMatchObject({
    status: 'error',
    summary: 'It ended with exit code 3: no such disk',
    logError: 'working\nno such disk\n',
  });
});

test('a loop runs by its minutes, counted from when it began', async () => {
  const device = await deviceWithAgent(server, 'loop');
  const script = await device.organization.script('loop.ps1');
  await giveScripts(device, { id: script.id, type: 'loop', loopTime: 60 });
  const [first] = await device.runs();
  expect(first).toMatchObject({ interpreter: 'powershell.exe' });
  minutes(10);
  await device.report(first!.runId);
  minutes(49);
  expect(await device.runs()).toEqual([]);
  minutes(1);
  const [second] = await device.runs();
  expect(second!.runId).not.toBe(first!.runId);
  // While a run is open no other begins, however late it is.
  minutes(600);
  expect((await device.runs()).map(({ runId }) => runId)).toEqual([second!.runId]);
  await device.report(second!.runId);
  expect(await device.runs()).toHaveLength(1);
});

test('a script of type onDemand runs when an administrator asks, and once for each time', async () => {
  const device = await deviceWithAgent(server, 'on-demand');
  const [wanted, other] = [
    await device.organization.script('demand.sh'),
    await device.organization.script('other.sh'),
  ];
  await giveScripts(device, { id: wanted.id, type: 'onDemand' });
  expect(await device.runs()).toEqual([]);
  const asked = await device.native('/script-runs', { script: wanted.id });
  expect(asked.status, asked.text).toBe(201);
  expect(asked.json).toMatchObject({ requestedBy: 'all', handedAt: null, outcome: null });
  const twice = await device.native('/script-runs', { script: hexOfId(wanted.id) });
  expect(twice.json.id).toBe(asked.json.id);
  const [run, ...rest] = await device.runs();
  expect([run!.runId, rest]).toEqual([asked.json.id, []]);
  await device.report(run!.runId, 0, { stdout: 'done\n' });
  expect(await device.runs()).toEqual([]);
  const told = await device.native(`/script-runs/${run!.runId}`);
  expect(told.json).toMatchObject({ outcome: 'succeeded', exitCode: 0, stdout: 'done\n', error: null });
  expect((await device.native('/script-runs', { script: other.id })).status).toBe(404);
  const timeline = await device.native('/timeline');
  const titles = timeline.json.items.map((item: { title: string }) => item.title);
  expect(titles).toContain("The script 'demand.sh' ran.");
  expect(titles).toContain("all asked for a run of the script 'demand.sh' on the device.");
});

test('what several policies and the device itself say of a script is one script, the device first', async () => {
  const device = await deviceWithAgent(server, 'policies-scripts');
  const [both, theirs] = [
    await device.organization.script('both.sh'),
    await device.organization.script('theirs.sh'),
  ];
  const policy = await device.organization.policy('Scripts', {
    scripts: [
      { id: both.id, type: 'loop', arguments: 'of-the-policy' },
      { id: theirs.id, type: 'once', arguments: '{{device.serialNumber}}' },
    ],
  });
  await device.organization.put(`/devices/${hexOfId(device.deviceId)}`, { winPolicyId: hexOfId(policy.id) });
  await giveScripts(device, { id: both.id, arguments: 'own' });
  const keys = { both: `script/${both.id}`, theirs: `script/${theirs.id}` };
  expect(await device.states()).toMatchObject({
    [keys.both]: { state: 'pending', reason: 'The agent has not called yet.' },
    [keys.theirs]: {
      state: 'error',
      reason:
        'The arguments cannot be filled in: {{device.serialNumber}} stands for nothing: the device has no serialNumber.',
    },
  });
  const runs = await device.runs();
  expect(runs.map(({ scriptId, arguments: list }) => [scriptId, list])).toEqual([[both.id, ['own']]]);
  expect(await device.states()).toMatchObject({ [keys.both]: { state: 'delivered' } });
  await device.report(runs[0]!.runId, 1);
  expect(await device.states()).toMatchObject({
    [keys.both]: { state: 'error', reason: 'It ended with exit code 1.' },
  });
  await device.native('/script-runs', { script: both.id });
  expect(await device.states()).toMatchObject({
    [keys.both]: { state: 'pending', reason: 'It was asked for, and runs when the agent calls.' },
  });
  await device.report((await device.runs())[0]!.runId);
  expect(await device.states()).toMatchObject({ [keys.both]: { state: 'verified', reason: null } });
  const { json } = await device.native('/scripts');
  expect(json.items).toMatchObject([
    { id: both.id, policy: null, problem: null, lastRun: { outcome: 'succeeded' } },
    { id: theirs.id, policy: { name: 'Scripts' }, problem: expect.stringContaining('serialNumber') },
  ]);
});

test('a run of a script that is taken away is withdrawn, and its result still counts', async () => {
  const device = await deviceWithAgent(server, 'withdrawn');
  const script = await device.organization.script('gone.sh');
  await giveScripts(device, { id: script.id });
  const [run] = await device.runs();
  await giveScripts(device);
  expect(await device.runs()).toEqual([]);
  expect((await device.native(`/script-runs/${run!.runId}`)).json).toMatchObject({ outcome: 'canceled' });
  expect((await device.report(run!.runId)).json).toEqual({ status: 'recorded' });
  expect((await device.native(`/script-runs/${run!.runId}`)).json).toMatchObject({ outcome: 'succeeded' });
});

test('the first result of a run counts; runs of others and those that nobody was given are 404', async () => {
  const device = await deviceWithAgent(server, 'results');
  const stranger = await deviceWithAgent(server, 'results-stranger');
  const script = await device.organization.script('a.sh');
  await giveScripts(device, { id: script.id });
  const [run] = await device.runs();
  expect((await stranger.report(run!.runId)).status).toBe(404);
  await device.report(run!.runId, 0, { stdout: 'first' });
  minutes(5);
  expect((await device.report(run!.runId, 7, { stdout: 'second' })).json).toEqual({ status: 'known' });
  const kept = (await device.native(`/script-runs/${run!.runId}`)).json;
  expect(kept).toMatchObject({ stdout: 'first', exitCode: 0 });
  for (const runId of [server.newId(), 'nonsense', '']) {
    expect((await device.report(runId)).status, runId).toBe(404);
  }
  const summary = (await device.applivery('/script-logs/summary')).json.data;
  expect(summary).toMatchObject([{ status: { success: 1, error: 0 } }]);
});

test('of a long output the beginning and the end are kept, and of many runs the last', async () => {
  const device = await deviceWithAgent(server, 'long');
  const script = await device.organization.script('loop.sh');
  await giveScripts(device, { id: script.id, type: 'loop', loopTime: 1 });
  const stdout = `begin ${'x'.repeat(100_000)}\u{1F600}${'y'.repeat(32_767)} end`;
  let runId = '';
  for (let count = 0; count < 53; count++) {
    minutes(1);
    runId = (await device.runs())[0]!.runId;
    await device.report(runId, 0, count === 52 ? { stdout } : {});
  }
  const { json } = await device.native(`/script-runs/${runId}`);
  expect(json.stdout).toMatch(/^begin x+\n… \d+ characters left out …\n.?y+ end$/u);
  expect(json.stdout.length).toBeLessThan(66_000);
  expect((await device.native('/script-runs?limit=1000')).json.items).toHaveLength(50);
  expect((await device.applivery('/script-logs/summary')).json.data).toMatchObject([
    { status: { success: 53, error: 0 } },
  ]);
  // A loop that does well every time says so once.
  const { json: timeline } = await device.native('/timeline?limit=1000');
  expect(timeline.items.filter(({ kind }: { kind: string }) => kind === 'event')).toHaveLength(1);
});

test('an agent with nothing to do costs no write', async () => {
  const device = await deviceWithAgent(server, 'idle-agent');
  const script = await device.organization.script('a.sh');
  await giveScripts(device, { id: script.id });
  const [run] = await device.runs();
  await device.report(run!.runId);
  server.takeStatements();
  expect(await device.runs()).toEqual([]);
  const statements = server.takeStatements();
  expect(statements.filter((text) => /^\s*(insert|update|delete|begin)/i.test(text))).toEqual([]);
  expect(statements.length).toBeLessThan(10);
});
