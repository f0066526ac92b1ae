import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { hexOfId } from '../../../kernel/id.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const organization = (slug: string, plan?: string) => windowsOrganization(server, slug, plan);
const post = (own: WindowsOrganization, path: string, body: unknown) =>
  own.send(`/device-audiences${path}`, { method: 'POST', body });
const put = (own: WindowsOrganization, id: string, body: unknown, headers = {}) =>
  own.send(`/device-audiences/${id}`, { method: 'PUT', body, headers });

const unknownId = 'ffffffffffffffffffffffff';
const emptySelectors = {
  deviceGroups: [],
  mdmUserGroups: [],
  emmDeviceIds: [],
  admDeviceIds: [],
  winDeviceIds: [],
  aosDeviceIds: [],
  mdmUserIds: [],
  serialNumbers: [],
};

test('an audience is made, read, listed, changed and removed', async () => {
  const own = await organization('kept');
  const selectors = { deviceGroups: [['sales', 'remote']], mdmUserGroups: [['department:Sales']] };
  const created = await post(own, '', { name: 'Sales', description: 'Sellers', selectors });
  expect(created.status).toBe(200);
  expect(created.headers['etag']).toBe('W/"1"');
  const { id } = created.json.data;
  expect(created.json.data).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{24}$/),
    organizationId: own.tenant.hexId,
    name: 'Sales',
    description: 'Sellers',
    selectors: { ...emptySelectors, ...selectors },
    createdAt: '2026-03-01T12:00:00.000Z',
    updatedAt: '2026-03-01T12:00:00.000Z',
  });
  expect((await own.send(`/device-audiences/${id}`)).json).toEqual(created.json);

  const renamed = await put(own, id, { name: 'Sellers', description: null }, { 'if-match': 'W/"1"' });
  expect(renamed.json.data).toMatchObject({ name: 'Sellers', selectors: created.json.data.selectors });
  expect(renamed.json.data).not.toHaveProperty('description');
  expect((await put(own, id, { name: 'Late' }, { 'if-match': 'W/"1"' })).status).toBe(412);
  const replaced = await put(own, id, { selectors: { serialNumbers: ['S1'] } });
  expect(replaced.json.data.selectors).toEqual({ ...emptySelectors, serialNumbers: ['S1'] });
  expect((await put(own, id, replaced.json.data)).headers['etag']).toBe('W/"3"');

  await post(own, '', { name: 'Another', selectors: {} });
  const names = async (query: string) =>
    (await own.send(`/device-audiences?${query}`)).json.data.items.map((item: { name: string }) => item.name);
  expect(await names('')).toEqual(['Sellers', 'Another']);
  expect(await names('sort=name:asc')).toEqual(['Another', 'Sellers']);
  expect(await names('search=sELL')).toEqual(['Sellers']);

  expect((await own.send(`/device-audiences/${id}`, { method: 'DELETE' })).json.data).toEqual({
    delete: true,
  });
  expect((await own.send(`/device-audiences/${id}`)).status).toBe(404);
});

describe('a preview', () => {
  test('has the devices that match, and why, in the live shape', async () => {
    const own = await organization('previewed');
    const { id, email } = await own.user('ada@example.com', undefined, {
      metadata: { department: 'Sales' },
    });
    const device = await own.device({
      displayName: 'Laptop',
      tags: ['sales'],
      serialNumber: 'S1',
      user: { id, email },
    });
    await own.device({ tags: ['finance'] });
    await own.device({ tags: ['sales'], state: 'DELETED' });
    const mac = await own.device({ platform: 'apple', tags: ['remote'] } as never);
    const selectors = { deviceGroups: [['sales'], ['remote']], mdmUserGroups: [['department:Sales']] };
    const adHoc = await post(own, '/preview?limit=1', { selectors });
    expect(adHoc.json.data).toMatchObject({ totalDocs: 2, limit: 1, page: 1, hasNextPage: true });
    const audience = await own.audience('Sales', selectors);
    const kept = await own.send(`/device-audiences/${hexOfId(audience.id)}/preview?page=1&limit=1`);
    expect(kept.json).toEqual(adHoc.json);
    expect(kept.json.data.items).toEqual([
      {
        id: hexOfId(device.id),
        displayName: 'Laptop',
        deviceType: 'winDevice',
        state: 'ACTIVE',
        summary: { serialNumber: 'S1' },
        tags: ['sales'],
        reasons: ['tag:sales', 'user.department:Sales'],
        mdmUser: { id: hexOfId(id), email },
        segmentId: 0,
      },
    ]);
    const next = await own.send(`/device-audiences/${hexOfId(audience.id)}/preview?page=2&limit=1`);
    expect(next.json.data.items).toMatchObject([
      { id: hexOfId(mac.id), deviceType: 'admDevice', reasons: ['tag:remote'] },
    ]);
  });

  test('of an audience that matches nothing says so', async () => {
    const own = await organization('empty');
    await own.device({ tags: ['sales'] });
    const { json } = await post(own, '/preview', { selectors: {} });
    expect(json.data).toMatchObject({ items: [], totalDocs: 0, hasNextPage: false });
    const created = await post(own, '', { name: 'Nobody', selectors: { deviceGroups: [[]] } });
    const preview = await own.send(`/device-audiences/${created.json.data.id}/preview`);
    expect(preview.json.data).toMatchObject({ items: [], totalDocs: 0 });
  });
});

describe('refused', () => {
  test('what it names must be there, and be what it is named as', async () => {
    const own = await organization('named');
    const other = await organization('named-elsewhere');
    const foreign = await other.device({});
    const windows = await own.device({});
    const selectors = {
      winDeviceIds: [hexOfId(windows.id), hexOfId(foreign.id)],
      admDeviceIds: [hexOfId(windows.id)],
      mdmUserIds: [unknownId],
    };
    for (const path of ['', '/preview']) {
      const { status, json } = await post(own, path, { name: 'Unknown', selectors });
      expect(status).toBe(400);
      expect(json.error).toMatchObject({
        code: 5209,
        details: [
          {
            path: 'selectors.winDeviceIds[1]',
            message: `'${hexOfId(foreign.id)}' is not a Windows device of this organization`,
          },
          { path: 'selectors.admDeviceIds[0]' },
          { path: 'selectors.mdmUserIds[0]' },
        ],
      });
    }
    const android = await post(own, '', { name: 'Android', selectors: { emmDeviceIds: [unknownId] } });
    expect(android.json.error.details).toMatchObject([{ path: 'selectors.emmDeviceIds[0]' }]);
    expect((await own.send('/device-audiences')).json.data.totalDocs).toBe(0);
  });

  test('a user that was removed may stay named, but not be named anew', async () => {
    const own = await organization('removed-user');
    const { id } = await own.user('gone@example.com');
    const audience = await own.audience('Somebody', { mdmUserIds: [id] });
    await own.send(`/users/${hexOfId(id)}`, { method: 'DELETE' });
    const selectors = { mdmUserIds: [hexOfId(id)], serialNumbers: ['S1'] };
    expect((await put(own, hexOfId(audience.id), { selectors })).status).toBe(200);
    expect((await post(own, '', { name: 'Anew', selectors })).status).toBe(400);
  });

  test('a name that another audience has, whatever its case; of two at once one wins', async () => {
    const own = await organization('twice');
    const answers = await Promise.all(
      ['Sales', 'sales'].map((name) => post(own, '', { name, selectors: {} })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
    const other = await post(own, '', { name: 'Other', selectors: {} });
    const { status, json } = await put(own, other.json.data.id, { name: 'SALES' });
    expect(status).toBe(409);
    expect(json.error.details).toMatchObject([{ path: 'name' }]);
  });

  test('input out of its limits', async () => {
    const own = await organization('limits');
    const many = Array.from({ length: 1001 }, (_, index) => `S${index}`);
    for (const body of [
      { selectors: {} },
      { name: '', selectors: {} },
      { name: 'x' },
      { name: 'x', selectors: { deviceGroups: ['sales'] } },
      { name: 'x', selectors: { deviceGroups: [['']] } },
      { name: 'x', selectors: { serialNumbers: many } },
      { name: 'x', selectors: { winDeviceIds: ['S1'] } },
      { name: 'x', selectors: [] },
    ]) {
      expect((await post(own, '', body)).status, JSON.stringify(body).slice(0, 80)).toBe(400);
    }
  });

  test('audiences of another organization are not there', async () => {
    const own = await organization('mine');
    const other = await organization('theirs');
    const url = `/device-audiences/${hexOfId((await other.audience('Theirs', {})).id)}`;
    for (const [path, request] of [
      [url, {}],
      [`${url}/preview`, {}],
      [url, { method: 'PUT', body: { name: 'Mine' } }],
      [url, { method: 'DELETE' }],
    ] as const) {
      expect((await own.send(path, request)).status).toBe(404);
    }
    expect((await other.send(url)).json.data.name).toBe('Theirs');
  });

  test('a plan without audiences: changes and previews of selectors are 5050, what is there can be read and removed', async () => {
    const own = await organization('small', 'starter');
    for (const path of ['', '/preview']) {
      const { status, json } = await post(own, path, { name: 'x', selectors: {} });
      expect(status).toBe(400);
      expect(json.error.code).toBe(5050);
    }
    expect((await own.send('/device-audiences')).json.data.totalDocs).toBe(0);
  });
});
