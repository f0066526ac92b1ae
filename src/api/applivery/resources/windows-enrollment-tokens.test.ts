import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { listAuditEvents } from '../../../tenancy/index.ts';

let server: TestServer;
let own: WindowsOrganization;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'orchard');
});
afterAll(() => server[Symbol.asyncDispose]());

const url = '/windows/enterprise/enrollment-tokens';
const create = (body: object = {}, path = url) =>
  own.send(path, { method: 'POST', body: { sendEmail: false, ...body } });
const listed = async (query: string) => (await own.send(`/devices?${query}`)).json.data.items;

test('a token is created, read, listed among tokens and devices, and withdrawn', async () => {
  const user = await own.user('ada@example.com', '507f1f77bcf86cd799439001');
  const segment = await own.segment('Oslo');
  const primary = await own.policy('Baseline');
  const further = await own.policy('Kiosk');
  const created = await create({
    displayName: 'PC of Ada',
    tags: ['sales'],
    mdmUserId: '507f1f77bcf86cd799439001',
    segmentId: String(segment),
    duration: 86_400,
    language: 'en',
    emailText: '',
    winPolicyId: hexOfId(primary.id),
    winPolicyAssignments: [{ winPolicyId: hexOfId(further.id), priority: 20 }],
  });
  expect(created.status).toBe(200);
  const { data } = created.json;
  const now = server.now().toISOString();
  expect(data).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{24}$/),
    organizationId: own.tenant.hexId,
    winEnterpriseId: own.tenant.hexId,
    winDeviceId: expect.stringMatching(/^[0-9a-f]{24}$/),
    mdmUser: { id: '507f1f77bcf86cd799439001', email: user.email },
    displayName: 'PC of Ada',
    tags: ['sales'],
    state: 'PENDING',
    config: {
      code: expect.stringMatching(/^[a-z2-7]{32}$/),
      username: 'ada@example.com',
      discoveryUrl: `${server.publicUrl}/EnrollmentServer/Discovery.svc`,
      deepLink: expect.stringMatching(
        /^ms-device-enrollment:\?mode=mdm&username=ada%40example.com&servername=/,
      ),
    },
    type: 'windows',
    subType: 'enrollment',
    segmentId: segment,
    winPolicyId: hexOfId(primary.id),
    winPolicyAssignments: [{ winPolicyId: hexOfId(further.id), priority: 20 }],
    updatedAt: now,
    createdAt: now,
    expireAt: '2026-03-02T12:00:00.000Z',
  });
  expect((await own.send(`${url}/${data.id}`)).json).toEqual(created.json);
  expect((await own.send(`${url}?segmentId=${segment}`)).json.data.items).toEqual([data]);
  expect(await listed('type=windows')).toMatchObject([
    { id: data.winDeviceId, subType: 'enrollment', displayName: 'PC of Ada', tags: ['sales'] },
  ]);
  expect(await listed('type=windows&subType=device')).toEqual([]);
  expect((await own.send('/windows/enterprise/devices')).json.data.items).toMatchObject([
    { id: data.winDeviceId, subType: 'enrollment', state: 'PROVISIONING' },
  ]);

  const changed = await own.send(`${url}/${data.id}`, {
    method: 'PUT',
    body: { ...data, displayName: 'Another', tags: ['lab'], winPolicyId: null, winPolicyAssignments: [] },
  });
  expect(changed.json.data).toMatchObject({
    displayName: 'Another',
    tags: ['lab'],
    winPolicyAssignments: [],
  });
  expect(changed.json.data).not.toHaveProperty('winPolicyId');
  expect(await listed('type=windows')).toMatchObject([{ displayName: 'Another', tags: ['lab'] }]);
  const events = await own.change((context) =>
    listAuditEvents(context, { targetType: 'enrollment', limit: 2 }),
  );
  expect(events).toMatchObject([
    { action: 'enrollment.policies', before: { policies: [{ name: 'Baseline' }, { name: 'Kiosk' }] } },
    { action: 'enrollment.update', after: { tags: ['lab'] } },
  ]);

  const removed = await own.send(`${url}/${data.id}`, { method: 'DELETE' });
  expect(removed.json).toEqual({ status: true, data: { delete: true } });
  expect(await listed('type=windows')).toEqual([]);
  for (const method of ['GET', 'DELETE'] as const) {
    expect((await own.send(`${url}/${data.id}`, { method })).status).toBe(404);
  }
});

test('tokens for several users are all made or none', async () => {
  await own.user('bob@example.com');
  await own.user('Cyd@example.com');
  const bulk = (userEmails: readonly string[]) => create({ userEmails, tags: ['bulk'] }, `${url}/bulk`);
  const refused = await bulk(['bob@example.com', 'nobody@example.com']);
  expect(refused.status).toBe(400);
  expect(refused.json.error.details).toMatchObject([{ path: 'userEmails[1]' }]);
  expect(await listed('type=windows')).toEqual([]);
  const created = await bulk(['cyd@example.com', 'bob@example.com']);
  expect(created.status).toBe(200);
  const emails = created.json.data.items.map((item: { mdmUser: { email: string } }) => item.mdmUser.email);
  expect(emails).toEqual(['Cyd@example.com', 'bob@example.com']);
  expect(await listed('type=windows&subType=enrollment')).toHaveLength(2);
});

test.each([
  ['an e-mail to be sent', { sendEmail: true }, 'sendEmail'],
  ['a policy that is not there', { winPolicyId: '0'.repeat(24) }, 'winPolicyId'],
  [
    'a policy that is not there, with a priority',
    { winPolicyAssignments: [{ winPolicyId: '0'.repeat(24), priority: 1 }] },
    'winPolicyAssignments[0].winPolicyId',
  ],
  ['a user that is not there', { mdmUserId: '0'.repeat(24) }, 'mdmUserId'],
])('%s is refused, and nothing is made', async (_, body, path) => {
  const before = await listed('type=windows&limit=1000');
  const answer = await create(body);
  expect(answer.status).toBe(400);
  expect(answer.json.error.details[0].path).toBe(path);
  expect(await listed('type=windows&limit=1000')).toEqual(before);
});

test('who may not assign policies gives none by a token', async () => {
  const policy = await own.policy('Given');
  const token = await server.addToken(own.tenant, ['enrollment.create']);
  const body = { winPolicyId: hexOfId(policy.id) };
  const answer = await own.send(url, { method: 'POST', body, token });
  expect(answer.status).toBe(403);
  expect((await own.send(url, { method: 'POST', body: {}, token })).status).toBe(200);
});
