import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../../test/support/server.ts';
import { createDevice } from '../../devices/index.ts';
import { createUser } from '../../directory/index.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import { allPermissions } from '../../tenancy/index.ts';
import { endpoints } from './endpoints.ts';

let server: TestServer;
let other: Tenant;
beforeAll(async () => {
  server = await testServer();
  other = await server.addTenant('other');
});
afterAll(() => server[Symbol.asyncDispose]());

const base = '/api/v1/organizations/default';
const missingId = '019cab6f-3c00-8000-8000-000000000001';
const hex = (guid: string) => hexOfId(guid as Id);

const post = (path: string, body: unknown, token = server.tenant.token) =>
  server.send({ method: 'POST', url: base + path, body, token });

function problem(status: number, code: string, more: object = {}) {
  return {
    status,
    headers: { 'content-type': expect.stringMatching(/^application\/problem\+json/) },
    json: { type: 'about:blank', title: expect.any(String), status, code, ...more },
  };
}

test('the organization is found by slug, GUID and 24 hex digits', async () => {
  const { id, tenantId } = server.tenant.organization;
  for (const name of ['default', 'DEFAULT', id, id.toUpperCase(), server.tenant.hexId]) {
    const answer = await server.send({ url: `/api/v1/organizations/${name}` });
    expect(answer, name).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store' },
      json: { id, slug: 'default', tenantId, plan: 'enterprise', createdAt: '2026-03-01T12:00:00.000Z' },
    });
  }
});

test('every operation refuses no token, a stranger and a caller without the permission', async () => {
  expect(endpoints.length).toBeGreaterThan(15);
  for (const { method, url, permission, body } of endpoints) {
    const path = base + url.replaceAll(/\{\w+\}/g, missingId);
    const call = (token: string | null) =>
      server.send({ method, url: path, token, ...(body && { body: {} }) });
    const name = `${method} ${path}`;
    expect(await call(null), name).toMatchObject({
      ...problem(401, 'tokenMissing', { title: 'Unauthorized' }),
      headers: { 'www-authenticate': 'Bearer' },
    });
    expect(await call(other.token), name).toMatchObject(problem(404, 'notFound'));
    for (const missing of [permission].flat()) {
      // Every valid token may see its organization.
      if (missing === 'organization.read') continue;
      const others = allPermissions.filter((item) => item !== missing);
      const limited = await server.addToken(server.tenant, others);
      expect(await call(limited), name).toMatchObject(
        problem(403, 'forbidden', { detail: `The permission ${missing} is needed.` }),
      );
    }
  }
});

test('a token is created, shown once, used, listed and revoked', async () => {
  const created = await post('/tokens', {
    serviceAccount: 'backup',
    permissions: ['organization.read', 'mdm.global.asset.list', 'GroupMember.Read.All', 'organization.read'],
    expiresAt: '2026-04-01T00:00:00Z',
  });
  expect(created).toMatchObject({
    status: 201,
    headers: { location: `${base}/tokens/${created.json.id}`, 'cache-control': 'no-store' },
    json: {
      serviceAccount: { name: 'backup' },
      permissions: ['organization.read', 'asset.read', 'group.read'],
      expiresAt: '2026-04-01T00:00:00.000Z',
      lastUsedAt: null,
      revokedAt: null,
      token: expect.stringMatching(/^mst_[\w-]{43}$/),
    },
  });
  const { token, ...shown } = created.json;
  expect((await server.send({ url: base, token })).status).toBe(200);
  expect((await server.send({ url: `${base}/tokens`, token })).status).toBe(403);

  const listed = await server.send({ url: `${base}/tokens` });
  const found = listed.json.items.find((item: { id: string }) => item.id === shown.id);
  expect({ ...found, lastUsedAt: null }).toEqual(shown);
  expect(listed.text).not.toContain(token);

  const revoked = await server.send({ method: 'DELETE', url: `${base}/tokens/${hex(shown.id)}` });
  expect(revoked).toMatchObject({ status: 204, text: '' });
  expect(await server.send({ url: base, token })).toMatchObject(problem(401, 'tokenInvalid'));
  const again = await server.send({ method: 'DELETE', url: `${base}/tokens/${shown.id}` });
  expect(again.status).toBe(204);
});

test('an application is created, signs in, is listed and deleted', async () => {
  const created = await post('/applications', { name: 'pipeline', permissions: ['organization.read'] });
  expect(created).toMatchObject({
    status: 201,
    json: {
      name: 'pipeline',
      permissions: ['organization.read'],
      clientSecret: expect.stringMatching(/^[\w-]{43}$/),
    },
  });
  const { clientId, clientSecret, ...shown } = created.json;
  const signedIn = await server.send({
    method: 'POST',
    url: '/default/oauth2/v2.0/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: `${server.publicUrl}/.default`,
    }).toString(),
    token: null,
  });
  const token = signedIn.json.access_token;
  expect((await server.send({ url: base, token })).status).toBe(200);
  const listed = await server.send({ url: `${base}/applications` });
  expect(listed.json.items).toContainEqual({ ...shown, clientId, lastUsedAt: server.now().toISOString() });
  expect(listed.text).not.toContain(clientSecret);

  const removal = { method: 'DELETE', url: `${base}/applications/${shown.id}` } as const;
  expect((await server.send(removal)).status).toBe(204);
  expect(await server.send({ url: base, token })).toMatchObject(problem(401, 'tokenInvalid'));
  expect(await server.send(removal)).toMatchObject(problem(404, 'notFound'));
});

test('permissions that the caller lacks cannot be given away', async () => {
  const token = await server.addToken(server.tenant, ['serviceAccount.create', 'application.create']);
  const permissions = ['serviceAccount.create', 'audit.read'];
  const lacking = problem(403, 'forbidden', { detail: expect.stringContaining('audit.read') });
  expect(await post('/tokens', { serviceAccount: 'x', permissions }, token)).toMatchObject(lacking);
  expect(await post('/applications', { name: 'x', permissions }, token)).toMatchObject(lacking);
});

test('what is wrong with a body is told by place', async () => {
  const right = { serviceAccount: 'x', permissions: ['audit.read'] };
  const cases: [body: unknown, path: string][] = [
    [{ ...right, serviceAccount: '' }, 'serviceAccount'],
    [{ ...right, serviceAccount: '   ' }, 'serviceAccount'],
    [{ ...right, serviceAccount: 'x'.repeat(129) }, 'serviceAccount'],
    [{ ...right, serviceAccount: 7 }, 'serviceAccount'],
    [{ ...right, serviceAccount: 'a\0b' }, 'serviceAccount'],
    [{ serviceAccount: 'x' }, 'permissions'],
    [{ ...right, permissions: [] }, 'permissions'],
    [{ ...right, permissions: 'audit.read' }, 'permissions'],
    [{ ...right, permissions: ['audit.read', 'nothing.read'] }, 'permissions[1]'],
    [{ ...right, expiresAt: '2026-03-01T12:00:00Z' }, 'expiresAt'],
    [{ ...right, expiresAt: '2027-02-30T12:00:00Z' }, 'expiresAt'],
    [{ ...right, expiresAt: 'tomorrow' }, 'expiresAt'],
    [{ ...right, expires: null }, 'expires'],
    [[], 'body'],
    [null, 'body'],
  ];
  for (const [body, path] of cases) {
    const answer = await post('/tokens', body);
    expect(answer, JSON.stringify(body)).toMatchObject(problem(400, 'invalidInput'));
    expect(answer.json.violations.map((violation: { path: string }) => violation.path)).toContain(path);
  }
});

test('bodies that cannot be read are refused', async () => {
  const send = (body: string | undefined, type: string) =>
    server.send({ method: 'POST', url: `${base}/tokens`, body, headers: { 'content-type': type } });
  const json = 'application/json';
  expect(await send('{', json)).toMatchObject(problem(400, 'malformedBody'));
  expect(await send('{"a":1,"a":2}', json)).toMatchObject(problem(400, 'malformedBody'));
  expect(await send('', json)).toMatchObject(problem(400, 'invalidInput'));
  expect(await send('a=1', 'application/x-www-form-urlencoded')).toMatchObject(
    problem(415, 'unsupportedMediaType'),
  );
  expect(await send(`"${'x'.repeat(4 * 1024 * 1024)}"`, json)).toMatchObject(problem(413, 'payloadTooLarge'));
  expect(await server.send({ url: `${base}?x=%00` })).toMatchObject(problem(400, 'malformedBody'));
});

test('lists are walked by next, each item once', async () => {
  const tenant = await server.addTenant('walked');
  for (let count = 0; count < 4; count++) await server.addToken(tenant, ['audit.read']);
  for (const list of ['tokens', 'audit-events', 'applications', 'groups']) {
    const url = `/api/v1/organizations/walked/${list}`;
    const all = await server.send({ url, token: tenant.token });
    expect(all.json.next, list).toBe(null);
    const ids: string[] = [];
    let next: string | null = '';
    for (let pages = 0; next !== null && pages < 20; pages++) {
      const cursor: string = next === '' ? '' : `&after=${next}`;
      const page = await server.send({ url: `${url}?limit=2${cursor}`, token: tenant.token });
      expect(page.status, list).toBe(200);
      ids.push(...page.json.items.map((item: { id: string }) => item.id));
      next = page.json.next;
    }
    expect(ids, list).toEqual(all.json.items.map((item: { id: string }) => item.id));
  }
});

test('query parameters that are wrong or unknown are named', async () => {
  const cases = {
    'limit=0': 'limit',
    'limit=1001': 'limit',
    'limit=many': 'limit',
    'limit=1&limit=2': 'limit',
    'after=x': 'after',
    'page=2': 'page',
  };
  for (const list of ['tokens', 'groups']) {
    for (const [query, path] of Object.entries(cases)) {
      const answer = await server.send({ url: `${base}/${list}?${query}` });
      expect(answer, query).toMatchObject(problem(400, 'invalidInput'));
      expect(answer.json.violations).toContainEqual({ path, message: expect.any(String) });
    }
  }
});

test('audit events tell who changed what, newest first, and are filtered by target', async () => {
  const created = await post('/tokens', { serviceAccount: 'watched', permissions: ['audit.read'] });
  const { id } = created.json;
  await server.send({ method: 'DELETE', url: `${base}/tokens/${id}` });
  for (const targetId of [id, hex(id)]) {
    const events = await server.send({ url: `${base}/audit-events?targetType=token&targetId=${targetId}` });
    expect(events.json.items).toMatchObject([
      {
        action: 'serviceAccount.remove',
        before: { revokedAt: null },
        after: { revokedAt: expect.any(String) },
      },
      {
        action: 'serviceAccount.create',
        actor: { kind: 'serviceAccount', name: 'bootstrap' },
        target: { type: 'token', id, name: 'watched' },
        before: null,
        after: { serviceAccount: 'watched', permissions: ['audit.read'] },
        requestId: created.headers['request-id'],
      },
    ]);
    expect(events.text).not.toContain(created.json.token);
  }
  const none = await server.send({ url: `${base}/audit-events?targetType=group&targetId=${id}` });
  expect(none.json).toEqual({ items: [], next: null });
});

test('the catalogue of permissions has them all', async () => {
  const { json } = await server.send({ url: `${base}/permissions` });
  expect(json.items.map((item: { name: string }) => item.name)).toEqual(allPermissions);
});

test('a group is created, changed under its entity tag, and deleted', async () => {
  const created = await post('/groups', { displayName: 'Sales', mailNickname: 'sales' });
  const url = `${base}/groups/${created.json.id}`;
  expect(created).toMatchObject({
    status: 201,
    headers: { etag: 'W/"1"', location: url },
    json: { displayName: 'Sales', description: null, mailEnabled: false, securityEnabled: true },
  });
  const read = await server.send({ url: `${base}/groups/${hex(created.json.id)}` });
  expect(read).toMatchObject({ status: 200, headers: { etag: 'W/"1"' }, json: created.json });

  const patch = (body: unknown, tag?: string) =>
    server.send({ method: 'PATCH', url, body, ...(tag && { headers: { 'if-match': tag } }) });
  const changed = await patch({ description: 'All of sales' }, 'W/"1"');
  expect(changed).toMatchObject({
    status: 200,
    headers: { etag: 'W/"2"' },
    json: { displayName: 'Sales', description: 'All of sales' },
  });
  expect(await patch({ description: null }, 'W/"1"')).toMatchObject(problem(412, 'preconditionFailed'));
  expect(await patch({ displayName: null })).toMatchObject(problem(400, 'invalidInput'));
  expect(await patch({ id: missingId })).toMatchObject(problem(400, 'invalidInput'));

  const found = await server.send({ url: `${base}/groups?search=ALL%20of` });
  expect(found.json.items).toEqual([changed.json]);
  expect((await server.send({ method: 'DELETE', url })).status).toBe(204);
  expect(await server.send({ url })).toMatchObject(problem(404, 'notFound'));
});

test('a group with policies is not deleted, and they are named', async () => {
  const { json: group } = await post('/groups', { displayName: 'Doomed', mailNickname: 'doomed' });
  const configurations = '/v1.0/deviceManagement/deviceConfigurations';
  const macType = '#microsoft.graph.macOSGeneralDeviceConfiguration';
  const { json: policy } = await server.send({
    method: 'POST',
    url: configurations,
    body: { '@odata.type': macType, displayName: 'Macs' },
  });
  const assign = (assignments: readonly object[]) =>
    server.send({ method: 'POST', url: `${configurations}/${policy.id}/assign`, body: { assignments } });
  await assign([
    { target: { '@odata.type': '#microsoft.graph.exclusionGroupAssignmentTarget', groupId: group.id } },
  ]);
  const remove = () => server.send({ method: 'DELETE', url: `${base}/groups/${group.id}` });
  const detail = "The group 'Doomed' is assigned 1 policy ('Macs'). Take it from them first.";
  expect(await remove()).toMatchObject(problem(409, 'inUse', { detail }));
  await assign([]);
  expect((await remove()).status).toBe(204);
});

test('users and devices join and leave a group', async () => {
  const [user, device, deleted] = await server.change(server.tenant, async (context) => [
    await createUser(context, { email: 'ann@example.com' }),
    await createDevice(context, { platform: 'apple', displayName: "Ann's Mac" }),
    await createDevice(context, { platform: 'windows', state: 'DELETED' }),
  ]);
  const [stranger, strangeDevice] = await server.change(other, async (context) => [
    await createUser(context, { email: 'eve@example.com' }),
    await createDevice(context, { platform: 'apple' }),
  ]);
  const { json: group } = await post('/groups', { displayName: 'Crew', mailNickname: 'crew' });
  const members = `/groups/${group.id}/members`;
  const list = async (query = '') => (await server.send({ url: `${base}${members}${query}` })).json;
  const asUser = { kind: 'user', id: user.id, name: null, email: 'ann@example.com' };
  const asDevice = { kind: 'device', id: device.id, name: "Ann's Mac", email: null };

  for (const id of [stranger.id, strangeDevice.id, deleted.id, group.id, 'no-id', hex(device.id)]) {
    expect(await post(members, { members: [device.id, id] }), id).toMatchObject(
      problem(400, 'invalidInput', { violations: [{ path: 'members[1]' }] }),
    );
  }
  // So there are no cycles: what a group has as members has none.
  const nested = await post(members, { members: [group.id] });
  const message = `'${group.id}' is a group, and groups are not nested: add its members instead`;
  expect(nested.json.violations).toEqual([{ path: 'members[0]', message }]);
  expect(await list()).toEqual({ items: [], next: null });
  expect((await post(members, { members: [hex(device.id), user.id] })).status).toBe(204);
  expect((await post(members, { members: [device.id] })).status).toBe(204);
  expect(await list()).toEqual({ items: [asUser, asDevice], next: null });
  expect(await list('?limit=1')).toEqual({ items: [asUser], next: user.id });
  expect(await list(`?limit=1&after=${user.id}`)).toEqual({ items: [asDevice], next: null });
  for (const { id } of [user, device]) {
    const leave = { method: 'DELETE', url: `${base}${members}/${hex(id)}` } as const;
    expect((await server.send(leave)).status).toBe(204);
    expect(await server.send(leave)).toMatchObject(problem(404, 'notFound'));
  }
  expect((await list()).items).toEqual([]);
});

test('what is not there is 404, another method 405 with Allow', async () => {
  expect(await server.send({ url: `${base}/nothing` })).toMatchObject(problem(404, 'routeNotFound'));
  expect(await server.send({ url: `${base}/groups/${missingId}` })).toMatchObject(problem(404, 'notFound'));
  expect(await server.send({ url: `${base}/groups/x` })).toMatchObject(problem(404, 'notFound'));
  expect(await server.send({ method: 'PUT', url: `${base}/tokens`, body: {} })).toMatchObject({
    ...problem(405, 'methodNotAllowed'),
    headers: { allow: 'GET, HEAD, POST' },
  });
  expect(await server.send({ method: 'HEAD', url: `${base}/tokens` })).toMatchObject({
    status: 200,
    text: '',
  });
  expect(await server.send({ method: 'HEAD', url: `${base}/tokens/${missingId}` })).toMatchObject({
    status: 405,
  });
});

test('OpenAPI describes every operation', async () => {
  const { paths } = server.app.server.swagger() as unknown as {
    paths: Record<string, Record<string, { operationId?: string; responses: Record<string, unknown> }>>;
  };
  for (const { name, method, url } of endpoints) {
    const described = paths[`/api/v1/organizations/{organization}${url}`]?.[method.toLowerCase()];
    expect(described?.operationId, `${method} ${url}`).toBe(name);
    expect(described?.responses).toHaveProperty(['401', 'content', 'application/problem+json']);
  }
});
