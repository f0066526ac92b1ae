import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uploadPushCertificate } from '../../../../test/support/apple-enrollment.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { redeemEnrollment } from '../../../devices/enrollments/index.ts';
import { parseHexId } from '../../../kernel/id.ts';
import { listAuditEvents } from '../../../tenancy/index.ts';

let server: TestServer;
let own: WindowsOrganization;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'orchard');
});
afterAll(() => server[Symbol.asyncDispose]());

const url = '/apple/enterprise/enrollment-tokens';
const create = (body: object = {}) => own.send(url, { method: 'POST', body: { sendEmail: false, ...body } });
const put = (id: string, body: unknown, headers = {}) =>
  own.send(`${url}/${id}`, { method: 'PUT', body, headers });
const redeem = (id: string) => own.change((context) => redeemEnrollment(context, parseHexId(id)!));

test('a token is created, opens its profile, is listed, read and withdrawn', async () => {
  await uploadPushCertificate(server, own.tenant);
  const user = await own.user('ada@example.com', '507f1f77bcf86cd799439001');
  const segment = await own.segment('Oslo');
  const created = await create({
    displayName: 'Phone of Ada',
    tags: ['sales'],
    mdmUserId: '507f1f77bcf86cd799439001',
    segmentId: String(segment),
    duration: 86_400,
    language: 'en',
    emailText: '',
    policyId: null,
    admPolicyAssignments: [],
  });
  const now = server.now().toISOString();
  const { code } = created.json.data.config;
  const token = {
    id: expect.stringMatching(/^[0-9a-f]{24}$/),
    organizationId: own.tenant.hexId,
    admEnterpriseId: own.tenant.hexId,
    mdmUser: { id: '507f1f77bcf86cd799439001', email: user.email },
    displayName: 'Phone of Ada',
    tags: ['sales'],
    state: 'PENDING',
    config: { url: `${server.publicUrl}/mdm/apple/enroll/${code}`, code },
    type: 'apple',
    subType: 'enrollment',
    segmentId: segment,
    maxUses: 1,
    uses: 0,
    admPolicyAssignments: [],
    updatedAt: now,
    createdAt: now,
    expireAt: '2026-03-02T12:00:00.000Z',
  };
  expect(created.json).toEqual({ status: true, data: token });
  const { id } = created.json.data;
  const profile = await server.send({ url: new URL(created.json.data.config.url).pathname, token: null });
  expect(profile.status).toBe(200);
  expect((await own.send(`${url}/${id}`)).json).toEqual(created.json);
  expect((await own.send(`${url}?segmentId=${segment}`)).json.data).toMatchObject({
    totalDocs: 1,
    items: [token],
  });
  expect((await own.send(`${url}?segmentId=0`)).json.data.items).toEqual([]);

  const removed = await own.send(`${url}/${id}`, { method: 'DELETE' });
  expect(removed.json).toEqual({ status: true, data: { delete: true } });
  for (const method of ['GET', 'DELETE'] as const) {
    expect((await own.send(`${url}/${id}`, { method })).status).toBe(404);
  }
  expect((await put(id, { tags: [] })).status).toBe(404);
});

test('its state follows its uses and its end', async () => {
  const { id } = (await create({ maxUses: 2, duration: 60 })).json.data;
  const state = async () => (await own.send(`${url}/${id}`)).json.data.state;
  await redeem(id);
  expect(await state()).toBe('PENDING');
  await redeem(id);
  expect(await state()).toBe('DONE');
  expect((await put(id, { maxUses: null })).json.data).toMatchObject({
    state: 'PENDING',
    maxUses: null,
    uses: 2,
  });
  server.advance(60_000);
  expect(await state()).toBe('EXPIRED');
  // What it was before may stay; a new end is counted from now.
  expect((await put(id, { displayName: 'Kept' })).json.data.state).toBe('EXPIRED');
  expect((await put(id, { duration: null })).json.data).not.toHaveProperty('expireAt');
  expect(await state()).toBe('PENDING');
});

test('a change keeps what it does not name, and an answer can be sent back', async () => {
  const created = await create({ displayName: 'A', tags: ['one'] });
  const { id } = created.json.data;
  expect(created.headers['etag']).toBe('W/"1"');
  server.advance(1_000);
  const changed = await put(id, { tags: ['two'] }, { 'if-match': 'W/"1"' });
  expect(changed.json.data).toEqual({
    ...created.json.data,
    tags: ['two'],
    updatedAt: server.now().toISOString(),
  });
  const again = await put(id, changed.json.data);
  expect(again.json).toEqual(changed.json);
  expect(again.headers['etag']).toBe('W/"2"');
  expect((await put(id, { tags: [] }, { 'if-match': 'W/"1"' })).status).toBe(412);
  const [event] = await own.change((context) =>
    listAuditEvents(context, { targetType: 'enrollment', limit: 1 }),
  );
  expect(event).toMatchObject({
    action: 'enrollment.update',
    before: { tags: ['one'] },
    after: { tags: ['two'] },
  });
  const both = await Promise.all([put(id, { displayName: 'B' }), put(id, { maxUses: 7 })]);
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  expect((await own.send(`${url}/${id}`)).json.data).toMatchObject({ displayName: 'B', maxUses: 7 });
});

test('the list has pages and is sorted', async () => {
  const many = await windowsOrganization(server, 'many');
  for (const displayName of ['C', 'A', 'B']) {
    await many.send(url, { method: 'POST', body: { displayName } });
    server.advance(1_000);
  }
  const names = async (query: string) => {
    const { json } = await many.send(`${url}${query}`);
    return json.data.items.map(({ displayName }: { displayName: string }) => displayName);
  };
  expect(await names('')).toEqual(['C', 'A', 'B']);
  expect(await names('?sort=displayName:desc&limit=2')).toEqual(['C', 'B']);
  expect(await names('?sort=displayName:desc&limit=2&page=2')).toEqual(['A']);
});

describe('is refused with the place and the reason, and changes nothing:', () => {
  const stranger = '507f1f77bcf86cd7994390ff';
  const cases: [string, object, string, RegExp][] = [
    ['an unknown user', { mdmUserId: stranger }, 'mdmUserId', /'507f.*' is not a user of this organization/],
    ['an unknown segment', { segmentId: 99 }, 'segmentId', /99 is not a segment/],
    ['no uses', { maxUses: 0 }, 'maxUses', /1/],
    ['no duration', { duration: 0 }, 'duration', /1/],
    ['a duration for ever', { duration: 1e12 }, 'duration', /./],
    ['too long a tag', { tags: ['x'.repeat(129)] }, 'tags[0]', /128/],
    ['a policy that is not there', { policyId: stranger }, 'policyId', /'507f.*'/],
    [
      'a policy that is not there, with a priority',
      { admPolicyAssignments: [{ admPolicyId: stranger, priority: 1 }] },
      'admPolicyAssignments[0].admPolicyId',
      /'507f.*'/,
    ],
    [
      'a priority beyond the last',
      { admPolicyAssignments: [{ admPolicyId: stranger, priority: 10_001 }] },
      'admPolicyAssignments[0].priority',
      /10000/,
    ],
  ];
  test.each(cases)('%s', async (_, body, path, message) => {
    const { id } = (await create({ displayName: 'Untouched' })).json.data;
    const { totalDocs } = (await own.send(url)).json.data;
    for (const answer of [
      await create({ displayName: 'Touched', ...body }),
      await put(id, { displayName: 'Touched', ...body }),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.json.error).toMatchObject({ code: 5209, details: [{ path }] });
      expect(answer.json.error.details[0].message).toMatch(message);
    }
    const after = (await own.send(`${url}?limit=1000`)).json.data;
    expect(after.totalDocs).toBe(totalDocs);
    expect(after.items.map((item: { displayName?: string }) => item.displayName)).not.toContain('Touched');
  });

  test('e-mail, which the server does not send', async () => {
    const answer = await create({ sendEmail: true });
    expect(answer.json.error).toMatchObject({ code: 5209, details: [{ path: 'sendEmail' }] });
  });

  test('fewer uses than there were', async () => {
    const { id } = (await create({ maxUses: 3 })).json.data;
    await redeem(id);
    await redeem(id);
    const answer = await put(id, { maxUses: 1 });
    expect(answer.json.error.details).toEqual([
      { path: 'maxUses', message: 'must not be less than the 2 devices that enrolled' },
    ]);
  });

  test("another organization's token", async () => {
    const other = await windowsOrganization(server, 'other');
    const { id } = (await create()).json.data;
    for (const [method, body] of [['GET'], ['PUT', {}], ['DELETE']] as const) {
      const answer = await other.send(`${url}/${id}`, { method, ...(body && { body }) });
      expect(answer.status).toBe(404);
    }
    expect((await own.send(`${url}/${id}`)).status).toBe(200);
  });
});
