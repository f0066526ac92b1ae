import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const url = '/api/v1/organizations/default/enrollments';

test('an enrolment is created, read, listed and withdrawn', async () => {
  const expiresAt = new Date(server.now().getTime() + 3_600_000).toISOString();
  const body = { platform: 'apple', maxUses: 2, expiresAt, tags: ['lab'], displayName: 'Lab' };
  const created = await server.send({ method: 'POST', url, body });
  expect(created).toMatchObject({
    status: 201,
    headers: { location: `${url}/${created.json.id}` },
    json: {
      ...body,
      code: expect.stringMatching(/^[a-z2-7]{32}$/),
      uses: 0,
      state: 'open',
      userId: null,
      segment: 0,
    },
  });
  expect(created.json.url).toBe(`${server.publicUrl}/mdm/apple/enroll/${created.json.code}`);
  const one = { url: `${url}/${created.json.id}` };
  expect((await server.send(one)).json).toEqual(created.json);
  expect((await server.send({ url })).json).toEqual({ items: [created.json], next: null });
  server.advance(3_600_000);
  expect((await server.send(one)).json).toEqual({ ...created.json, state: 'expired' });
  expect((await server.send({ method: 'DELETE', ...one })).status).toBe(204);
  expect((await server.send(one)).status).toBe(404);
  expect((await server.send({ url })).json.items).toEqual([]);
  expect((await server.send({ method: 'DELETE', ...one })).status).toBe(404);
});

test('an enrolment for PCs says what is typed on them, and gives Windows policies', async () => {
  const { json: policy } = await server.send({
    method: 'POST',
    url: '/v1/organizations/default/mdm/windows/enterprise/policies',
    body: { name: 'Baseline', config: {} },
  });
  const policies = [{ id: policy.data.id, priority: 5 }];
  const created = await server.send({ method: 'POST', url, body: { platform: 'windows', policies } });
  const username = 'enroll@localhost';
  const discoveryUrl = `${server.publicUrl}/EnrollmentServer/Discovery.svc`;
  expect(created).toMatchObject({
    status: 201,
    json: {
      platform: 'windows',
      code: expect.stringMatching(/^[a-z2-7]{32}$/),
      username,
      discoveryUrl,
      deepLink: `ms-device-enrollment:?mode=mdm&username=enroll%40localhost&servername=${encodeURIComponent(discoveryUrl)}`,
      policies: [{ name: 'Baseline', priority: 5 }],
    },
  });
  expect(created.json).not.toHaveProperty('url');
  const configuration = [{ id: server.newId(), priority: 5 }];
  const refused = await server.send({
    method: 'POST',
    url,
    body: { platform: 'windows', policies: configuration },
  });
  expect(refused.json.violations[0].path).toBe('policies[0].id');
  const user = await server.send({
    method: 'POST',
    url: '/v1/organizations/default/mdm/users',
    body: { email: 'ada@example.com' },
  });
  const body = { platform: 'windows', userId: user.json.data.id };
  expect((await server.send({ method: 'POST', url, body })).json.username).toBe('ada@example.com');
});

test.each([
  ['a platform that is not served', { platform: 'android' }, 'platform'],
  ['no platform', {}, 'platform'],
  ['no uses', { platform: 'apple', maxUses: 0 }, 'maxUses'],
  ['half a use', { platform: 'apple', maxUses: 0.5 }, 'maxUses'],
  ['an end that is no date', { platform: 'apple', expiresAt: 'tomorrow' }, 'expiresAt'],
  ['a user that is no id', { platform: 'apple', userId: 'ada' }, 'userId'],
  ['an own code', { platform: 'apple', code: 'secret' }, 'code'],
])('%s is refused', async (_, body, path) => {
  const answer = await server.send({ method: 'POST', url, body });
  expect(answer.status).toBe(400);
  expect(answer.json.violations[0].path).toBe(path);
});

test('a segment that is not there is named as it was sent', async () => {
  const answer = await server.send({
    method: 'POST',
    url: '/api/v1/organizations/default/enrollments',
    body: { platform: 'windows', segment: 99 },
  });
  expect([answer.status, answer.json.violations]).toEqual([
    400,
    [{ path: 'segment', message: '99 is not a segment of this organization' }],
  ]);
});
