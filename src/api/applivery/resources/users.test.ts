import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestRequest, type TestServer } from '../../../../test/support/server.ts';
import { createDevice } from '../../../devices/index.ts';
import { parseHexId } from '../../../kernel/id.ts';
import { listAuditEvents } from '../../../tenancy/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** The requests of an organization of its own. */
async function newOrganization(slug: string) {
  const tenant = await server.addTenant(slug);
  const send = (path: string, request: Omit<TestRequest, 'url'> = {}) =>
    server.send({ url: `/v1/organizations/${slug}/mdm/users${path}`, token: tenant.token, ...request });
  return { tenant, send, post: (body: unknown) => send('', { method: 'POST', body }) };
}

const noTokens = { DONE: 0, PENDING: 0, EXPIRED: 0, DELETED: 0 };

test('a user has the documented shape', async () => {
  const { send, post } = await newOrganization('shape');
  const created = await post({
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    managedAppleId: 'ada@appleid.example.com',
    tags: ['sales'],
    language: 'es',
    metadata: { department: 'Sales', floor: 3, nested: { 'a.b': [null, true] } },
    isAdmin: true,
  });
  expect(created.status).toBe(200);
  expect(created.headers['etag']).toBe('W/"1"');
  expect(created.json).toEqual({
    status: true,
    data: {
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      tags: ['sales'],
      android: {
        devices: { MANAGEMENT_MODE_UNSPECIFIED: 0, DEVICE_OWNER: 0, PROFILE_OWNER: 0 },
        enrollmentTokens: noTokens,
      },
      apple: { devices: 0, enrollmentTokens: noTokens },
      windows: { devices: 0, enrollmentTokens: noTokens },
      language: 'es',
      managedAppleId: 'ada@appleid.example.com',
      metadata: { department: 'Sales', floor: 3, nested: { 'a.b': [null, true] } },
      inferredSegmentIds: [],
      createdAt: '2026-03-01T12:00:00.000Z',
      updatedAt: '2026-03-01T12:00:00.000Z',
    },
  });
  const read = await send(`/${created.json.data.id.toUpperCase()}`);
  expect(read.json).toEqual(created.json);
  expect(read.headers['etag']).toBe('W/"1"');
  const bare = await post({ email: 'bare@example.com' });
  expect(bare.json.data).toMatchObject({ email: 'bare@example.com', tags: [], metadata: {} });
  for (const name of ['name', 'language', 'managedAppleId']) expect(bare.json.data).not.toHaveProperty(name);
});

test('the devices of each user on a page are counted, in one statement', async () => {
  const { tenant, send, post } = await newOrganization('counts');
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c']) ids.push((await post({ email: `${name}@example.com` })).json.data.id);
  await server.change(tenant, async (context) => {
    const user = { id: parseHexId(ids[1]!)!, email: 'b@example.com' };
    for (const platform of ['windows', 'windows', 'apple'] as const) {
      await createDevice(context, { platform, user });
    }
  });
  server.takeStatements();
  const list = await send('?sort=email');
  const ofUsers = server.takeStatements().filter((text) => !text.includes('tenancy_'));
  expect(ofUsers).toHaveLength(3);
  expect(
    list.json.data.items.map((user: { windows: { devices: number }; apple: { devices: number } }) => [
      user.windows.devices,
      user.apple.devices,
    ]),
  ).toEqual([
    [0, 0],
    [2, 1],
    [0, 0],
  ]);
  const refused = await send(`/${ids[1]}`, { method: 'DELETE' });
  expect([refused.status, refused.json.error.code]).toEqual([409, 4091]);
  expect((await send(`/${ids[1]}`)).json.data.windows.devices).toBe(2);
});

test('an email is taken whatever its case, and of two at once one wins', async () => {
  const { send, post } = await newOrganization('duplicates');
  const other = await newOrganization('no-duplicates');
  const ada = await post({ email: 'Ada@Example.com' });
  expect((await other.post({ email: 'Ada@Example.com' })).status).toBe(200);
  const taken = {
    code: 5048,
    message: 'Mdm user already exists',
    details: [{ path: 'email', message: "'ADA@example.COM' is another user's already" }],
  };
  const again = await post({ email: 'ADA@example.COM' });
  expect([again.status, again.json]).toEqual([400, { status: false, error: taken }]);
  const grace = await post({ email: 'grace@example.com' });
  const changed = await send(`/${grace.json.data.id}`, { method: 'PUT', body: { email: 'ADA@example.COM' } });
  expect([changed.status, changed.json.error]).toEqual([400, taken]);
  const own = await send(`/${ada.json.data.id}`, { method: 'PUT', body: { email: 'ada@example.com' } });
  expect(own.json.data.email).toBe('ada@example.com');

  const atOnce = await Promise.all(
    ['a@race.test', 'A@race.test', 'a@RACE.test', 'A@RACE.TEST'].map((email) => post({ email })),
  );
  expect(atOnce.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([200, 400, 400, 400]);
  const codes = atOnce.filter((answer) => answer.status === 400).map((answer) => answer.json.error.code);
  expect(codes).toEqual([5048, 5048, 5048]);
  expect((await send('?search=race.test')).json.data.totalDocs).toBe(1);
});

test('a change leaves what it does not name, clears what is null, and tells the audit log', async () => {
  const { tenant, send, post } = await newOrganization('changes');
  const { id } = (await post({ email: 'ada@example.com', name: 'Ada', language: 'es', tags: ['a', 'b'] }))
    .json.data;
  server.advance(60_000);
  const changed = await send(`/${id}`, {
    method: 'PUT',
    body: { language: null, tags: ['c'], metadata: { x: 1 } },
  });
  expect(changed.headers['etag']).toBe('W/"2"');
  expect(changed.json.data).toMatchObject({
    email: 'ada@example.com',
    name: 'Ada',
    tags: ['c'],
    metadata: { x: 1 },
    updatedAt: server.now().toISOString(),
  });
  expect(changed.json.data).not.toHaveProperty('language');
  expect((await send(`/${id}`, { method: 'DELETE' })).json).toEqual({ status: true, data: { delete: true } });
  expect((await send(`/${id}`)).status).toBe(404);

  const events = await server.change(tenant, (context) =>
    listAuditEvents(context, { targetType: 'user', limit: 10 }),
  );
  expect(events.map((event) => event.action)).toEqual(['user.remove', 'user.update', 'user.create']);
  const [removed, updated, created] = events;
  expect(created).toMatchObject({ before: null, after: { email: 'ada@example.com', tags: ['a', 'b'] } });
  expect(created!.actor).toMatchObject({ kind: 'serviceAccount', name: 'all' });
  expect(updated!.before).toEqual({
    language: 'es',
    tags: ['a', 'b'],
    metadata: {},
    revision: 1,
    updatedAt: '2026-03-01T12:00:00.000Z',
  });
  expect(updated!.after).toMatchObject({ language: null, tags: ['c'], metadata: { x: 1 }, revision: 2 });
  expect(removed).toMatchObject({ before: { email: 'ada@example.com', tags: ['c'] }, after: null });
});

test('of concurrent changes with the same If-Match one wins; without it none is lost', async () => {
  const { send, post } = await newOrganization('writers');
  const { id } = (await post({ email: 'ada@example.com' })).json.data;
  const matching = await Promise.all(
    ['x', 'y', 'z'].map((name) =>
      send(`/${id}`, { method: 'PUT', body: { name }, headers: { 'if-match': 'W/"1"' } }),
    ),
  );
  expect(matching.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([200, 412, 412]);
  const free = [{ name: 'Ada' }, { language: 'es' }, { tags: ['a'] }, { metadata: { a: 1 } }];
  await Promise.all(free.map((body) => send(`/${id}`, { method: 'PUT', body })));
  const read = await send(`/${id}`);
  expect(read.json.data).toMatchObject({ name: 'Ada', language: 'es', tags: ['a'], metadata: { a: 1 } });
  expect(read.headers['etag']).toBe('W/"6"');
  const stale = await send(`/${id}`, { method: 'DELETE', headers: { 'if-match': 'W/"5"' } });
  expect([stale.status, stale.json.error.code]).toEqual([412, 4120]);
  expect((await send(`/${id}`, { method: 'DELETE', headers: { 'if-match': '"6"' } })).status).toBe(200);
});

test('lists have pages, an order, a search and tags', async () => {
  const { send, post } = await newOrganization('lists');
  const people = [
    { email: 'dan@example.com', name: 'Dan 100%', tags: ['sales', 'madrid'] },
    { email: 'Ann@example.com', name: 'ann_b', tags: ['sales'] },
    { email: 'bob@example.com', managedAppleId: 'robert@apple.test', tags: ['it'] },
    { email: 'cat@example.com', name: 'Cat' },
  ];
  for (const person of people) {
    server.advance(1_000);
    await post(person);
  }
  const emails = async (query: string) => {
    const { status, json } = await send(query);
    expect(status).toBe(200);
    return json.data.items.map((user: { email: string }) => user.email.slice(0, 3));
  };
  expect(await emails('')).toEqual(['dan', 'Ann', 'bob', 'cat']);
  expect(await emails('?sort=createdAt:desc')).toEqual(['cat', 'bob', 'Ann', 'dan']);
  expect(await emails('?sort=email')).toEqual(['Ann', 'bob', 'cat', 'dan']);
  expect(await emails('?sort=email:desc&limit=2&page=2')).toEqual(['bob', 'Ann']);
  expect(await emails('?search=ANN')).toEqual(['Ann']);
  expect(await emails('?search=robert')).toEqual(['bob']);
  expect(await emails('?search=%25')).toEqual(['dan']);
  expect(await emails('?search=_')).toEqual(['Ann']);
  expect(await emails('?search=%5C')).toEqual([]);
  expect(await emails('?tags=sales')).toEqual(['dan', 'Ann']);
  expect(await emails('?tags=madrid&tags=it')).toEqual(['dan', 'bob']);
  expect(await emails('?tags=sales&search=ann')).toEqual(['Ann']);
  expect(await emails('?page=1000000&limit=10000')).toEqual([]);

  const page = (await send('?limit=3&sort=createdAt:asc')).json.data;
  expect(page).toMatchObject({
    totalDocs: 4,
    limit: 3,
    page: 1,
    totalPages: 2,
    pagingCounter: 1,
    hasPrevPage: false,
    hasNextPage: true,
    prevPage: null,
    nextPage: 2,
  });
  expect((await send('/')).json.data.items[0]).toEqual((await send(`/${page.items[0].id}`)).json.data);

  const refused = [
    '?sort=password',
    '?limit=0',
    '?limit=10001',
    '?page=0',
    '?page=x',
    '?colour=red',
    '?tags=',
  ];
  for (const query of refused) {
    const { status, json } = await send(query);
    expect([query, status, json.error.code]).toEqual([query, 400, 5209]);
  }
});

test('tags of users are listed once, in order', async () => {
  const { send, post } = await newOrganization('tags');
  const other = await newOrganization('other-tags');
  await other.post({ email: 'a@example.com', tags: ['elsewhere'] });
  await post({ email: 'a@example.com', tags: ['sales', 'it', 'it'] });
  await post({ email: 'b@example.com', tags: ['sales', 'madrid'] });
  const tags = await send('/tags?limit=500');
  expect(tags.json.data.items).toEqual([{ value: 'it' }, { value: 'madrid' }, { value: 'sales' }]);
  expect(tags.json.data.totalDocs).toBe(3);
  const last = (await send('/tags?limit=2&page=2&sort=value:desc')).json.data;
  expect(last).toMatchObject({ items: [{ value: 'it' }], hasNextPage: false, totalDocs: 3 });
});

test('users of another organization are not there', async () => {
  const { send, post } = await newOrganization('here');
  const other = await newOrganization('there');
  const { id } = (await other.post({ email: 'ada@example.com' })).json.data;
  await post({ email: 'grace@example.com' });
  for (const request of [
    { method: 'GET' },
    { method: 'PUT', body: { name: 'x' } },
    { method: 'DELETE' },
  ] as const) {
    const { status, json } = await send(`/${id}`, request);
    expect([status, json.error.code, json.error.message]).toEqual([404, 3001, 'Entity not found']);
  }
  expect((await send('')).json.data.totalDocs).toBe(1);
  expect((await other.send(`/${id}`)).json.data.email).toBe('ada@example.com');
});

test('reading does not allow changing', async () => {
  const { tenant, send, post } = await newOrganization('permissions');
  const { id } = (await post({ email: 'ada@example.com' })).json.data;
  const token = await server.addToken(tenant, ['user.read']);
  expect((await send('', { token })).status).toBe(200);
  const needed = {
    'mdm.global.mdmUser.create': await send('', { method: 'POST', body: { email: 'b@example.com' }, token }),
    'mdm.global.mdmUser.update': await send(`/${id}`, { method: 'PUT', body: { name: 'x' }, token }),
    'mdm.global.mdmUser.remove': await send(`/${id}`, { method: 'DELETE', token }),
  };
  for (const [name, { status, json }] of Object.entries(needed)) {
    expect([status, json.error.code]).toEqual([403, 4001]);
    expect(json.error.details[0].message).toContain(name);
  }
});

test('input out of its limits is refused with its place, and nothing is written', async () => {
  const { send, post } = await newOrganization('limits');
  const email = 'x@example.com';
  const refused = [
    ['email', {}],
    ['email', { email: 'no address' }],
    ['email', { email: `${'x'.repeat(117)}@example.com` }],
    ['email', { email: '"a\nBcc: b"@example.com' }],
    ['email', { email: null }],
    ['name', { email, name: 'x'.repeat(257) }],
    ['name', { email, name: 'NUL \0' }],
    ['name', { email, name: '\ud800' }],
    ['managedAppleId', { email, managedAppleId: 'x'.repeat(129) }],
    ['language', { email, language: ['es'] }],
    ['tags', { email, tags: 'sales' }],
    ['tags[1]', { email, tags: ['ok', ''] }],
    ['tags[0]', { email, tags: ['x'.repeat(129)] }],
    ['tags', { email, tags: Array.from({ length: 257 }, (_, index) => `tag ${index}`) }],
    ['metadata', { email, metadata: [] }],
    ['metadata', { email, metadata: { text: 'x'.repeat(16 * 1024) } }],
  ] as const;
  for (const [path, body] of refused) {
    const { status, json } = await post(body);
    expect([status, json.error.code, json.error.details[0].path]).toEqual([400, 5209, path]);
  }
  for (const body of ['', '[]', 'null', '{"email":"a@b.c","email":"d@e.f"}', '{']) {
    expect((await send('', { method: 'POST', body })).status).toBe(400);
  }
  expect((await send('/123')).status).toBe(400);
  expect((await send('')).json.data.totalDocs).toBe(0);

  const largest = {
    email: `${'x'.repeat(116)}@example.com`,
    name: '😀'.repeat(256),
    tags: Array.from({ length: 256 }, (_, index) => String(index).padStart(128, 'x')),
    metadata: { text: 'x'.repeat(16 * 1024 - '{"text":""}'.length) },
  };
  const accepted = await post(largest);
  expect(accepted.status).toBe(200);
  expect(accepted.json.data).toMatchObject(largest);
});
