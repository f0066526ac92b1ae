import { afterAll, beforeAll, expect, test } from 'vitest';
import { deviceWithAgent } from '../../../test/support/device-with-agent.ts';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import { hexOfId } from '../../kernel/id.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('an agent that asks twice at once gets one run', async () => {
  const device = await deviceWithAgent(server, 'twice');
  const script = await device.organization.script('a.sh');
  await device.organization.put(`/devices/${hexOfId(device.deviceId)}`, {
    scripts: [{ id: hexOfId(script.id), type: 'once' }],
  });
  const answers = await Promise.all(Array.from({ length: 6 }, () => device.runs()));
  expect(new Set(answers.map((runs) => runs.map(({ runId }) => runId).join())).size).toBe(1);
  expect((await device.native('/script-runs')).json.items).toHaveLength(1);
});

test('arguments are filled in with the device and its user, in both APIs and for the agent', async () => {
  const device = await deviceWithAgent(server, 'filled', { serialNumber: 'PF 1' });
  const user = await device.organization.user('ana@example.com', undefined, { metadata: { site: 'Bilbao' } });
  const script = await device.organization.script('a.sh');
  const policy = await device.organization.policy('Scripts', {
    scripts: [{ id: script.id, type: 'onDemand', arguments: '{{user.site}} {{user.x}}' }],
  });
  const id = hexOfId(device.deviceId);
  const given = await device.organization.put(`/devices/${id}`, {
    mdmUserId: hexOfId(user.id),
    winPolicyId: hexOfId(policy.id),
    scripts: [
      { id: hexOfId(script.id), type: 'once', arguments: '-s {{device.serialNumber}} -u {{user.email}}' },
    ],
  });
  const argumentsProcessed = '-s PF 1 -u ana@example.com';
  expect(given.json.data.scripts).toMatchObject([{ argumentsProcessed }]);
  const read = (await device.applivery()).json.data;
  expect(read.scripts).toMatchObject([{ argumentsProcessed }]);
  const listed = await device.organization.send('/windows/enterprise/devices');
  expect(listed.json.data.items[0].scripts).toMatchObject([{ argumentsProcessed }]);
  // Nothing stands for what is not known, so nothing is told.
  expect(read.winPolicy.scripts[0]).not.toHaveProperty('argumentsProcessed');
  const [run] = await device.runs();
  expect(run!.arguments).toEqual(['-s', 'PF 1', '-u', 'ana@example.com']);
});

test('what is asked for and cannot run is refused, or ends with the reason', async () => {
  const device = await deviceWithAgent(server, 'cannot');
  const id = hexOfId(device.deviceId);
  const large = await device.organization.script('large.sh', undefined, {
    content: Buffer.alloc(1024 * 1024 + 1, 'x'),
  });
  const script = await device.organization.script('a.sh');
  const give = (list: string) =>
    device.organization.put(`/devices/${id}`, {
      scripts: [
        { id: hexOfId(script.id), type: 'onDemand', arguments: list },
        { id: hexOfId(large.id), type: 'once' },
      ],
    });
  await give('fine');
  expect(await device.runs()).toEqual([]);
  const { json: scripts } = await device.native('/scripts');
  expect(scripts.items).toMatchObject([
    { name: 'a.sh', problem: null, beginsByItself: false },
    { name: 'large.sh', problem: 'The script has 1048577 bytes; agents take at most 1048576.' },
  ]);
  const refused = await device.native('/script-runs', { script: large.id });
  expect(refused).toMatchObject({ status: 400, json: { violations: [{ path: 'script' }] } });
  const asked = await device.native('/script-runs', { script: script.id });
  await give('{{device.imei}}');
  expect(await device.runs()).toEqual([]);
  expect((await device.native(`/script-runs/${asked.json.id}`)).json).toMatchObject({
    outcome: 'notRun',
    error: expect.stringContaining('the device has no imei'),
  });
});

test('more than fits at once comes with the next calls', async () => {
  const device = await deviceWithAgent(server, 'many');
  const scripts = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      device.organization.script(`${index}.sh`, undefined, { content: Buffer.alloc(900_000, 'x') }),
    ),
  );
  await device.organization.put(`/devices/${hexOfId(device.deviceId)}`, {
    scripts: scripts.map(({ id }) => ({ id: hexOfId(id), type: 'once' })),
  });
  const first = await device.runs();
  expect(first).toHaveLength(4);
  expect(await device.runs()).toEqual(first);
  for (const { runId } of first) await device.report(runId);
  expect(await device.runs()).toHaveLength(2);
});
