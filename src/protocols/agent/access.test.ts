import { afterAll, beforeAll, expect, test } from 'vitest';
import { deviceWithAgent, type DeviceWithAgent } from '../../../test/support/device-with-agent.ts';
import { testServer, type TestAnswer, type TestServer } from '../../../test/support/server.ts';
import { hexOfId } from '../../kernel/id.ts';

let server: TestServer;
let device: DeviceWithAgent;
beforeAll(async () => {
  server = await testServer();
  device = await deviceWithAgent(server, 'agents', { serialNumber: 'PF1' });
});
afterAll(() => server[Symbol.asyncDispose]());

const problem = ({ status, headers, json }: TestAnswer) => ({
  status,
  type: headers['content-type'],
  code: json?.code,
  challenge: headers['www-authenticate'],
});

const refused = (code: string) => ({
  status: 401,
  type: 'application/problem+json; charset=utf-8',
  code,
  challenge: 'Bearer',
});

test('credentials are shown once, and kept as a hash alone', async () => {
  const { json } = await device.native('/agent-credentials');
  expect(json.items).toEqual([expect.objectContaining({ revokedAt: null, lastSeenAt: null, version: null })]);
  expect(JSON.stringify(json)).not.toContain(device.token);
  expect(server.logged()).not.toContain(device.token);
  const stored = await server.database.connection
    .selectFrom('devices_agent' as never)
    .selectAll()
    .execute();
  expect(JSON.stringify(stored)).not.toContain(device.token);
  const audit = await server.send({
    url: '/api/v1/organizations/agents/audit-events',
    token: device.tenant.token,
  });
  expect(audit.text).toContain('windows.device.issueAgentToken');
  expect(audit.text).not.toContain(device.token);
});

test('an agent tells its version and system, and is seen', async () => {
  const headers = { 'user-agent': 'muster-agent/0.1.0 (Linux 6.1; x64)' };
  expect((await device.call('/agent-config', undefined, { headers })).status).toBe(200);
  const seen = server.now().toISOString();
  const { json } = await device.native('/agent-credentials');
  expect(json.items[0]).toMatchObject({
    version: 'muster-agent/0.1.0',
    os: 'Linux 6.1; x64',
    lastSeenAt: seen,
  });
  server.advance(59_000);
  await device.call('/agent-config', undefined, { headers: { 'user-agent': 'x'.repeat(5_000) } });
  expect((await device.native('/agent-credentials')).json.items[0]).toMatchObject({ lastSeenAt: seen });
});

test.each<[string, () => string | null, string]>([
  ['no token', () => null, 'tokenMissing'],
  ['what is no token', () => 'nonsense', 'tokenMalformed'],
  ["an administrator's token", () => device.tenant.token, 'tokenMalformed'],
  ['an unknown token', () => `mga_${'x'.repeat(43)}`, 'tokenInvalid'],
])('%s is refused everywhere, and nothing changes', async (_, token, code) => {
  const before = await everything();
  for (const path of ['/agent-config', '/scheduler-scripts']) {
    expect(problem(await device.call(path, undefined, { token: token() })), path).toEqual(refused(code));
  }
  for (const path of ['/script-logs', '/location', '/network-status', '/nothing']) {
    // Refused before the body is looked at.
    expect(problem(await device.call(path, '{"broken', { token: token() })), path).toEqual(refused(code));
  }
  expect(await everything()).toEqual(before);
});

test("an agent's token opens no API", async () => {
  for (const url of ['/api/v1/organizations/agents/devices', '/v1/organizations/agents', '/v1.0/groups']) {
    expect((await server.send({ url, token: device.token })).status, url).toBe(401);
  }
});

test('new credentials take the place of the former, and revoked ones are refused from then on', async () => {
  const other = await deviceWithAgent(server, 'replaced');
  const issued = await other.native('/agent-credentials', {});
  expect(issued.status).toBe(201);
  expect(issued.json).toMatchObject({
    server: 'https://localhost:8443',
    token: expect.stringMatching(/^mga_/),
  });
  const { token, id } = issued.json as { token: string; id: string };
  expect(problem(await other.call('/agent-config'))).toEqual(refused('tokenInvalid'));
  expect((await other.call('/agent-config', undefined, { token })).status).toBe(200);
  expect((await other.native(`/agent-credentials/${id}`, undefined, 'DELETE')).status).toBe(204);
  expect(problem(await other.call('/agent-config', undefined, { token }))).toEqual(refused('tokenInvalid'));
  expect((await other.native(`/agent-credentials/${id}`, undefined, 'DELETE')).status).toBe(404);
  expect((await other.native('/agent-credentials')).json.items).toMatchObject([
    { id, revokedAt: server.now().toISOString() },
    { revokedAt: server.now().toISOString() },
  ]);
  const titles = (await other.native('/timeline')).json.items.map((item: { title: string }) => item.title);
  expect(titles).toContain("all revoked the credentials of the device's agent.");
});

test('the agent of a device that was removed is refused', async () => {
  const other = await deviceWithAgent(server, 'removed');
  const path = `/windows/enterprise/devices/${hexOfId(other.deviceId)}`;
  expect((await other.organization.send(path, { method: 'DELETE' })).status).toBe(200);
  expect(problem(await other.call('/agent-config'))).toEqual(refused('tokenInvalid'));
  expect((await other.native('/agent-credentials', {})).status).toBe(404);
});

test('what has not enrolled has no agent', async () => {
  const { id } = await device.organization.device({ subType: 'enrollment', state: 'PROVISIONING' });
  const answer = await server.send({
    method: 'POST',
    url: `/api/v1/organizations/agents/devices/${id}/agent-credentials`,
    token: device.tenant.token,
    body: {},
  });
  expect(answer).toMatchObject({ status: 400, json: { violations: [{ path: 'device' }] } });
});

test('other methods and paths are told', async () => {
  const answer = await server.send({
    method: 'DELETE',
    url: '/mdm/agent/v1/agent-config',
    token: device.token,
  });
  expect({ status: answer.status, allow: answer.headers['allow'] }).toEqual({
    status: 405,
    allow: 'GET, HEAD',
  });
  expect((await device.call('/nothing')).status).toBe(404);
});

async function everything(): Promise<unknown> {
  const [credentials, runs, reports] = await Promise.all([
    device.native('/agent-credentials'),
    device.native('/script-runs'),
    device.native('/agent-reports?kind=location'),
  ]);
  return [credentials.json, runs.json, reports.json];
}
