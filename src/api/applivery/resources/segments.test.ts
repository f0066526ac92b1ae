import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestRequest, type TestServer } from '../../../../test/support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** The requests of an organization of its own. */
async function newOrganization(slug: string) {
  const tenant = await server.addTenant(slug);
  return {
    tenant,
    send: (path: string, request: Omit<TestRequest, 'url'> = {}) =>
      server.send({ url: `/v1/organizations/${slug}/segments${path}`, token: tenant.token, ...request }),
  };
}

test('the tree has the documented shape', async () => {
  const { tenant, send } = await newOrganization('tree');
  const europe = await send('', { method: 'POST', body: { name: 'Europe', icon: 'globe', color: '#0a0' } });
  expect(europe.status).toBe(200);
  expect(europe.headers['etag']).toBe('W/"1"');
  expect(europe.json.data).toEqual({
    id: 1,
    organizationId: tenant.hexId,
    name: 'Europe',
    icon: 'globe',
    color: '#0a0',
    parentId: 0,
    children: [],
    createdAt: '2026-03-01T12:00:00.000Z',
    updatedAt: '2026-03-01T12:00:00.000Z',
  });
  await send('', { method: 'POST', body: { name: 'Madrid', parentId: '1' } });
  await send('', { method: 'POST', body: { name: 'Asia', parentId: 0 } });
  const tree = await send('/');
  expect(tree.json).toEqual({
    status: true,
    data: {
      organizationId: tenant.hexId,
      children: [
        {
          id: 1,
          name: 'Europe',
          icon: 'globe',
          color: '#0a0',
          children: [{ id: 2, name: 'Madrid', children: [] }],
        },
        { id: 3, name: 'Asia', children: [] },
      ],
    },
  });
  const root = await send('/0');
  expect(root.json.data).toMatchObject({ id: 0, name: 'tree', children: tree.json.data.children });
  expect(root.json.data).not.toHaveProperty('parentId');
});

test('a segment is renamed and moved, with what is left out staying', async () => {
  const { send } = await newOrganization('move');
  await send('', { method: 'POST', body: { name: 'A', icon: 'a' } });
  await send('', { method: 'POST', body: { name: 'B' } });
  const moved = await send('/1', {
    method: 'PUT',
    body: { parentId: 2, unknown: true },
    headers: { 'if-match': 'W/"1"' },
  });
  expect(moved.json.data).toMatchObject({ id: 1, name: 'A', icon: 'a', parentId: 2 });
  expect(moved.headers['etag']).toBe('W/"2"');
  const renamed = await send('/1', { method: 'PUT', body: { name: 'A2', icon: null } });
  expect(renamed.json.data).toMatchObject({ name: 'A2', parentId: 2 });
  expect(renamed.json.data).not.toHaveProperty('icon');
  const late = await send('/1', { method: 'PUT', body: { name: 'A3' }, headers: { 'if-match': 'W/"2"' } });
  expect(late.status).toBe(412);
  const below = await send('/2');
  expect(below.json.data.children).toEqual([{ id: 1, name: 'A2', children: [] }]);
});

test('a place that makes a circle or does not exist is refused', async () => {
  const { send } = await newOrganization('circles');
  await send('', { method: 'POST', body: { name: 'A' } });
  await send('', { method: 'POST', body: { name: 'B', parentId: 1 } });
  const answers = [
    [await send('/1', { method: 'PUT', body: { parentId: 2 } }), 'segment 2 lies in segment 1 itself'],
    [await send('/1', { method: 'PUT', body: { parentId: 1 } }), 'segment 1 lies in segment 1 itself'],
    [await send('/1', { method: 'PUT', body: { parentId: 9 } }), 'segment 9 does not exist'],
    [
      await send('', { method: 'POST', body: { name: 'C', parentId: 999_999_999 } }),
      'segment 999999999 does not exist',
    ],
  ] as const;
  for (const [{ status, json }, message] of answers) {
    expect(status).toBe(400);
    expect(json.error).toEqual({
      code: 5209,
      message: 'Invalid input',
      details: [{ path: 'parentId', message }],
    });
  }
});

test('a segment with segments below it, and the root, are not deleted', async () => {
  const { send } = await newOrganization('removal');
  await send('', { method: 'POST', body: { name: 'A' } });
  await send('', { method: 'POST', body: { name: 'B', parentId: 1 } });
  const refused = await send('/1', { method: 'DELETE' });
  expect(refused.status).toBe(409);
  expect(refused.json.error.details[0].message).toBe(
    "The segment 'A' still has segments below it. Move or remove them first.",
  );
  expect((await send('/0', { method: 'DELETE' })).json.error.details).toEqual([
    { path: 'segmentId', message: 'the root segment, 0, cannot be removed' },
  ]);
  expect((await send('/2', { method: 'DELETE' })).json).toEqual({ status: true, data: { delete: true } });
  expect((await send('/1', { method: 'DELETE' })).status).toBe(200);
  expect((await send('/1', { method: 'DELETE' })).status).toBe(404);
});

test('segments of another organization are not there', async () => {
  const first = await newOrganization('first');
  const second = await newOrganization('second');
  await first.send('', { method: 'POST', body: { name: 'Only here' } });
  for (const request of [
    { method: 'GET' },
    { method: 'PUT', body: { name: 'x' } },
    { method: 'DELETE' },
  ] as const) {
    const { status, json } = await second.send('/1', request);
    expect([status, json.error.code]).toEqual([404, 3001]);
  }
  const reading = await server.addToken(first.tenant, ['segment.read']);
  expect((await first.send('/1', { token: reading })).status).toBe(200);
  const { status, json } = await first.send('', { method: 'POST', body: { name: 'x' }, token: reading });
  expect([status, json.error.code]).toEqual([403, 4001]);
});

test('input out of its limits is refused with its place', async () => {
  const { send } = await newOrganization('limits');
  const refused = [
    ['name', { name: '' }],
    ['name', { name: 'x'.repeat(257) }],
    ['name', {}],
    ['name', { name: 'NUL \0' }],
    ['icon', { name: 'x', icon: 'x'.repeat(257) }],
    ['color', { name: 'x', color: 7 }],
    ['parentId', { name: 'x', parentId: -1 }],
  ] as const;
  for (const [path, body] of refused) {
    const { status, json } = await send('', { method: 'POST', body });
    expect([status, json.error.code, json.error.details[0].path]).toEqual([400, 5209, path]);
  }
  expect((await send('/99999999999')).status).toBe(404);
  expect((await send('/by-name')).status).toBe(400);
  expect((await send('?page=1')).status).toBe(400);
  expect((await send('')).json.data.children).toEqual([]);
});
