import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deviceWithAgent } from '../../../test/support/device-with-agent.ts';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import { hexOfId } from '../../kernel/id.ts';
import type { WindowsPolicyDocument } from '../../policies/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** A device whose policy says this of its agent. */
async function deviceWith(slug: string, agentConfiguration: WindowsPolicyDocument['agentConfiguration']) {
  const device = await deviceWithAgent(server, slug);
  const policy = await device.organization.policy('Agent', { agentConfiguration });
  await device.organization.put(`/devices/${hexOfId(device.deviceId)}`, { winPolicyId: hexOfId(policy.id) });
  const change = (document: WindowsPolicyDocument['agentConfiguration']) =>
    device.organization.put(`/policies/${hexOfId(policy.id)}`, { agentConfiguration: document });
  return { ...device, change };
}

const place = (rest: object = {}) => ({
  at: server.now().toISOString(),
  latitude: 52.52,
  longitude: 13.405,
  ...rest,
});

test('an agent gets what its policies say, confirms it by the entity tag, and gets what changes', async () => {
  const device = await deviceWith('duties', { allowLocation: true, buildTag: '2.1', allowPackageTime: true });
  const states = async () =>
    Object.fromEntries(
      Object.entries(await device.states()).map(([key, { state }]) => [key.split('/')[1], state]),
    );
  expect(await device.states()).toMatchObject({
    'agentConfiguration/allowLocation': { state: 'pending', reason: 'The agent has not called yet.' },
  });
  const first = await device.call('/agent-config');
  expect(first.json).toEqual({
    checkInterval: 300,
    scripts: { active: true },
    location: { active: true, refreshInterval: 900 },
    networkStatus: { active: false, refreshInterval: 900 },
    buildTag: '2.1',
  });
  expect(await states()).toEqual({
    allowLocation: 'delivered',
    buildTag: 'pending',
    allowPackageTime: 'pending',
  });
  const etag = String(first.headers['etag']);
  const ask = () =>
    device.call('/agent-config', undefined, { headers: { 'if-none-match': `"x", W/${etag}` } });
  const same = await ask();
  expect({ status: same.status, text: same.text, etag: same.headers['etag'] }).toEqual({
    status: 304,
    text: '',
    etag,
  });
  expect(await states()).toMatchObject({ allowLocation: 'verified' });

  await device.change({ allowLocation: false, allowNetworkStatus: true });
  expect(await states()).toEqual({ allowLocation: 'pending', allowNetworkStatus: 'pending' });
  const changed = await ask();
  expect(changed.json).toMatchObject({
    location: { active: false },
    networkStatus: { active: true },
    buildTag: null,
  });
  expect(await states()).toEqual({ allowLocation: 'delivered', allowNetworkStatus: 'delivered' });
  const admins = await device.applivery('/agent-config');
  expect(admins.json.data).toMatchObject({
    config: { checkInterval: 300 },
    windows: { location: { active: false }, networkStatus: { active: true }, scripts: { active: true } },
  });
});

test('an agent that its policies switch off runs and tells nothing', async () => {
  const device = await deviceWith('switched-off', { enabled: false, allowLocation: true });
  const script = await device.organization.script('a.sh');
  await device.organization.put(`/devices/${hexOfId(device.deviceId)}`, {
    scripts: [{ id: hexOfId(script.id), type: 'once' }],
  });
  expect((await device.call('/agent-config')).json).toMatchObject({
    scripts: { active: false },
    location: { active: false },
  });
  expect(await device.runs()).toEqual([]);
  expect((await device.call('/location', place())).status).toBe(403);
  await device.change({});
  expect(await device.runs()).toHaveLength(1);
});

test('the last place is shown, at most one a minute is taken, and an older one does not replace it', async () => {
  const device = await deviceWith('places', { allowLocation: true });
  const shown = async () => (await device.applivery()).json.data.lastLocation;
  const at = server.now().toISOString();
  expect((await device.call('/location', place({ accuracy: 12 }))).json).toEqual({ status: 'recorded' });
  const berlin = { origin: 'agent', date: at, latitude: 52.52, longitude: 13.405, lastReportDate: at };
  expect(await shown()).toEqual({ agent: berlin });
  server.advance(59_000);
  const early = await device.call('/location', place({ latitude: 1 }));
  expect({ status: early.status, after: early.headers['retry-after'], code: early.json.code }).toEqual({
    status: 429,
    after: '60',
    code: 'tooManyRequests',
  });
  server.advance(1_000);
  const earlier = new Date(Date.parse(at) - 1_000).toISOString();
  expect((await device.call('/location', place({ at: earlier, latitude: 2 }))).status).toBe(200);
  expect(await shown()).toEqual({ agent: berlin });
  const kept = await device.organization.send(
    `/locations/winDevice/${hexOfId(device.deviceId)}?limit=5&sort=createdAt:desc`,
  );
  expect(kept.json.data.items).toMatchObject([{ latitude: 2, date: earlier }, { latitude: 52.52 }]);
  const since = await device.organization.send(
    `/locations/winDevice/${hexOfId(device.deviceId)}?dateIni=${at}`,
  );
  expect(since.json.data.items).toHaveLength(1);
});

test('the network of a device is shown, where a policy allows it', async () => {
  const device = await deviceWith('networks', { allowNetworkStatus: true });
  const status = {
    at: server.now().toISOString(),
    hostName: 'desk',
    interfaces: [
      { name: 'eth0', mac: '02:42:ac:11:00:02', addresses: [{ address: '172.17.0.2', prefixLength: 16 }] },
      { name: 'wg0', addresses: [{ address: 'fe80::1' }] },
    ],
  };
  expect((await device.call('/network-status', status)).status).toBe(200);
  const { at, ...content } = status;
  const native = await device.native('/agent-reports?kind=networkStatus');
  expect(native.json.items).toMatchObject([{ at, content }]);
  const list = await device.organization.send(`/network-status/winDevice/${hexOfId(device.deviceId)}`);
  expect(list.json.data.items).toMatchObject([{ date: at, networkStatus: content }]);
  expect((await device.call('/location', place())).status).toBe(403);
  expect((await device.organization.send(`/locations/emmDevice/${hexOfId(device.deviceId)}`)).status).toBe(
    404,
  );
});

const year = (number: number) => new Date(Date.UTC(number, 0)).toISOString();

test('what cannot be is refused by name, and nothing changes', async () => {
  const device = await deviceWith('bad-input', { allowLocation: true, allowNetworkStatus: true });
  const script = await device.organization.script('a.sh');
  await device.organization.put(`/devices/${hexOfId(device.deviceId)}`, {
    scripts: [{ id: hexOfId(script.id), type: 'once' }],
  });
  const [run] = await device.runs();
  const log = (rest: object) => ({ runId: run!.runId, outcome: 'ended', exitCode: 0, ...rest });
  const network = (rest: object) => ({ at: server.now().toISOString(), interfaces: [], ...rest });
  const wrong: [path: string, body: unknown, violation: string | null][] = [
    ['/location', place({ latitude: 90.01 }), 'latitude'],
    ['/location', place({ longitude: -181 }), 'longitude'],
    ['/location', place({ latitude: '52' }), 'latitude'],
    ['/location', place({ accuracy: -1 }), 'accuracy'],
    ['/location', place({ at: 'yesterday' }), 'at'],
    ['/location', place({ at: '2026-02-30T25:00:00Z' }), 'at'],
    ['/location', place({ at: year(1999) }), 'at'],
    ['/location', place({ at: year(2030) }), 'at'],
    ['/location', [], 'body'],
    ['/location', '{"latitude":1e999}', null],
    ['/location', '{"at":', null],
    [
      '/network-status',
      network({ interfaces: [{ name: 'x', addresses: [{ address: '1.2.3' }] }] }),
      'interfaces[0].addresses[0].address',
    ],
    [
      '/network-status',
      network({ interfaces: [{ name: 'x', addresses: [{ address: 'fe80::1%eth0' }] }] }),
      'interfaces[0].addresses[0].address',
    ],
    [
      '/network-status',
      network({ interfaces: [{ name: 'x', mac: '02', addresses: [] }] }),
      'interfaces[0].mac',
    ],
    [
      '/network-status',
      network({ interfaces: Array.from({ length: 65 }, () => ({ name: 'x', addresses: [] })) }),
      'interfaces',
    ],
    ['/script-logs', log({ outcome: 'fine' }), 'outcome'],
    ['/script-logs', log({ exitCode: 1.5 }), 'exitCode'],
    ['/script-logs', log({ exitCode: 5e9 }), 'exitCode'],
    ['/script-logs', log({ outcome: 'timedOut' }), 'exitCode'],
    ['/script-logs', log({ startedAt: year(2030) }), 'startedAt'],
    ['/script-logs', log({ startedAt: year(2020), finishedAt: year(2019) }), 'finishedAt'],
    ['/script-logs', log({ stdout: 'x'.repeat(300_000) }), 'stdout'],
    ['/script-logs', log({ stdout: 5 }), 'stdout'],
    ['/script-logs', '{"runId":"a","runId":"b"}', null],
    ['/script-logs', `{"stdout":"${String.raw`\u0000`}"}`, 'stdout'],
  ];
  for (const [path, body, violation] of wrong) {
    const { status, json, text } = await device.call(path, body);
    expect(status, `${JSON.stringify(body).slice(0, 200)} ${text}`).toBe(400);
    const paths = json.violations.map((item: { path: string }) => item.path);
    if (violation !== null) expect(paths, text).toContain(violation);
  }
  expect((await device.call('/script-logs', `"${'x'.repeat(3_000_000)}"`)).status).toBe(413);
  const plain = await device.call('/location', 'x', { headers: { 'content-type': 'text/plain' } });
  expect(plain.status).toBe(415);
  expect((await device.applivery()).json.data.lastLocation).toEqual({});
  expect((await device.native('/agent-reports?kind=networkStatus')).json.items).toEqual([]);
  expect(await device.runs()).toEqual([run]);
});

test('Windows’ exit codes of 32 bits are told as signed numbers', async () => {
  const device = await deviceWithAgent(server, 'exit-codes');
  const script = await device.organization.script('a.ps1');
  await device.organization.put(`/devices/${hexOfId(device.deviceId)}`, {
    scripts: [{ id: hexOfId(script.id), type: 'once' }],
  });
  const [run] = await device.runs();
  expect((await device.report(run!.runId, 0xc0000005)).status).toBe(200);
  expect((await device.native(`/script-runs/${run!.runId}`)).json.exitCode).toBe(-1_073_741_819);
});

test('whatever an agent sends, the answer is no mistake of the server', async () => {
  const device = await deviceWith('agent-fuzz', { allowLocation: true, allowNetworkStatus: true });
  const json = fc.json({ maxDepth: 4 });
  const near = fc.record(
    {
      at: fc.oneof(
        fc.string(),
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      ),
      latitude: fc.oneof(fc.double(), fc.string()),
      longitude: fc.double(),
      runId: fc.oneof(fc.uuid(), fc.string()),
      outcome: fc.constantFrom('ended', 'timedOut', 'notRun', 'x'),
      exitCode: fc.oneof(fc.integer(), fc.double()),
      stdout: fc.string({ unit: 'binary' }),
      interfaces: fc.array(
        fc.record({ name: fc.string(), addresses: fc.array(fc.record({ address: fc.ipV6() })) }),
      ),
    },
    { requiredKeys: [] },
  );
  const text = fc.oneof(
    json,
    near.map((value) => JSON.stringify(value)),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/location', '/network-status', '/script-logs'),
      text,
      async (path, body) => {
        const { status, text: told } = await device.call(path, body);
        expect([200, 400, 403, 404, 429], `${path} ${body} ${told}`).toContain(status);
      },
    ),
    { numRuns: 300 },
  );
});
