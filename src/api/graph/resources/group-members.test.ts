import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../../../test/support/server.ts';
import { createDevice, type NewDevice } from '../../../devices/index.ts';
import { createGroup, createUser } from '../../../directory/index.ts';
import type { Id } from '../../../kernel/id.ts';
import { listAuditEvents } from '../../../tenancy/index.ts';
import { bothVersions } from '../route.ts';

const missingId = '019cab6f-3c00-8000-8000-000000000001';
const summary = { os: 'macOS', osVersion: '15.1' };

let server: TestServer;
let stranger: Tenant;
beforeAll(async () => {
  server = await testServer();
  stranger = await server.addTenant('stranger');
});
afterAll(() => server[Symbol.asyncDispose]());

let numbers = 0;
const newUser = (name: string | null = 'Ada', tenant = server.tenant) =>
  server.change(tenant, (context) =>
    createUser(context, { email: `ada${++numbers}@example.com`, name, language: 'en' }),
  );
const newDevice = (input: Partial<NewDevice> = {}, tenant = server.tenant) =>
  server.change(tenant, (context) => createDevice(context, { platform: 'apple', summary, ...input }));
const newGroup = (tenant = server.tenant) =>
  server.change(tenant, (context) => createGroup(context, { displayName: 'Crew', mailNickname: 'crew' }));

let group: Id;
beforeEach(async () => {
  group = (await newGroup()).id;
});

const objectUrl = (id: string) => `https://graph.microsoft.com/v1.0/directoryObjects/${id}`;
const add = (body: unknown, id: string = group, version = 'v1.0') =>
  server.send({ method: 'POST', url: `/${version}/groups/${id}/members/$ref`, body });
const addUrl = async (url: string) => add({ '@odata.id': url });
const bind = (urls: unknown, more: object = {}) =>
  server.send({
    method: 'PATCH',
    url: `/v1.0/groups/${group}`,
    body: { 'members@odata.bind': urls, ...more },
  });
const read = (query = '', version = 'v1.0', collection = 'members') =>
  server.send({ url: `/${version}/groups/${group}/${collection}${query}` });
const idsOfMembers = async () => (await read()).json.value.map(({ id }: { id: string }) => id);

const alreadyThere =
  "One or more added object references already exist for the following modified properties: 'members'.";
const notThere = (id: string) =>
  `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`;

test.each(bothVersions)('%s: users and devices join, are listed and leave', async (version) => {
  const user = await newUser();
  const device = await newDevice({ displayName: "Ada's Mac", enrolledAt: server.now() });
  for (const id of [user.id, device.id]) {
    const added = await add({ '@odata.id': objectUrl(id) }, group, version);
    expect([added.status, added.text]).toEqual([204, '']);
  }
  for (const collection of ['members', 'transitiveMembers']) {
    const listed = await read('', version, collection);
    expect(listed.status).toBe(200);
    expect(listed.json).toMatchObject({
      '@odata.context': `https://localhost:80/${version}/$metadata#directoryObjects`,
      value: [
        {
          '@odata.type': '#microsoft.graph.user',
          id: user.id,
          deletedDateTime: null,
          accountEnabled: true,
          displayName: 'Ada',
          mail: user.email,
          userPrincipalName: user.email,
          preferredLanguage: 'en',
          jobTitle: null,
          businessPhones: [],
        },
        {
          '@odata.type': '#microsoft.graph.device',
          id: device.id,
          deviceId: device.id,
          accountEnabled: true,
          displayName: "Ada's Mac",
          isManaged: true,
          isCompliant: null,
          managementType: 'MDM',
          operatingSystem: 'macOS',
          operatingSystemVersion: '15.1',
          registrationDateTime: '2026-03-01T12:00:00.0000000Z',
          trustType: null,
          physicalIds: [],
        },
      ],
    });
    expect(listed.json['@odata.nextLink']).toBeUndefined();
  }
  for (const { id } of [user, device]) {
    const url = `/${version}/groups/${group}/members/${id}/$ref`;
    const removed = await server.send({ method: 'DELETE', url });
    expect([removed.status, removed.text]).toEqual([204, '']);
    const again = await server.send({ method: 'DELETE', url });
    expect([again.status, again.json.error.code, again.json.error.message]).toEqual([
      404,
      'Request_ResourceNotFound',
      notThere(id),
    ]);
  }
  expect((await read('', version)).json.value).toEqual([]);
});

test('members are counted, chosen from, paged and cast', async () => {
  const users = [await newUser('one'), await newUser('two'), await newUser('three')];
  const device = await newDevice({ displayName: 'four' });
  const all = [...users.map(({ id }) => id), device.id];
  expect((await bind(all.map(objectUrl))).status).toBe(204);
  const first = await read('?$top=3&$count=true&$select=id,displayName,operatingSystem');
  expect(first.json).toEqual({
    '@odata.context': expect.stringMatching(/#directoryObjects\(id,displayName,operatingSystem\)$/),
    '@odata.count': 4,
    '@odata.nextLink': expect.stringContaining('$skiptoken='),
    value: ['one', 'two', 'three'].map((displayName, index) => ({
      '@odata.type': '#microsoft.graph.user',
      id: all[index],
      displayName,
    })),
  });
  const { pathname, search } = new URL(first.json['@odata.nextLink']);
  const second = await server.send({ url: pathname + search });
  expect(second.json).toMatchObject({
    value: [{ id: device.id, displayName: 'four', operatingSystem: 'macOS' }],
  });
  expect(second.json['@odata.nextLink']).toBeUndefined();
  expect(await read('/$count')).toMatchObject({ status: 200, text: '4' });

  const devices = await read('/microsoft.graph.device?$count=true&$select=id,deviceId');
  expect(devices.json).toEqual({
    '@odata.context': expect.stringMatching(/#devices\(id,deviceId\)$/),
    '@odata.count': 1,
    value: [{ id: device.id, deviceId: device.id }],
  });
  expect((await read('/microsoft.graph.user/$count')).text).toBe('3');
  expect((await read('/microsoft.graph.group')).json.value).toEqual([]);
  for (const [query, words] of [
    ['?$select=color', "'color'"],
    ['/microsoft.graph.device?$select=mail', "'mail'"],
    ["?$filter=displayName eq 'one'", '$filter'],
    ['/microsoft.graph.omaSetting', 'microsoft.graph.omaSetting'],
  ] as const) {
    const refused = await read(query);
    expect([refused.status, refused.json.error.code]).toEqual([400, 'Request_BadRequest']);
    expect(refused.json.error.message).toContain(words);
  }
});

describe('a reference', () => {
  test.each([
    'https://graph.microsoft.com/v1.0/directoryObjects/{id}',
    'https://muster.example.com:8443/beta/devices/{id}',
    "https://graph.microsoft.us/v1.0/devices('{id}')",
    'https://graph.microsoft.com/V1.0/DirectoryObjects/{id}/',
    '/devices/{id}',
    'directoryObjects/{id}',
  ])('as %s is taken', async (url) => {
    const { id } = await newDevice();
    expect((await addUrl(url.replace('{id}', id.toUpperCase()))).status).toBe(204);
    expect(await idsOfMembers()).toEqual([id]);
  });

  test.each([
    'https://graph.microsoft.com/v1.0/servicePrincipals/{id}',
    'https://graph.microsoft.com/v1.0/directoryObjects',
    'https://graph.microsoft.com/v1.0/groups/{id}/members',
    '{id}',
    '',
    `x${'/'.repeat(5_000)}`,
  ])('as %.60s is refused', async (url) => {
    const { id } = await newDevice();
    const { status, json } = await addUrl(url.replace('{id}', id));
    expect([status, json.error.code]).toEqual([400, 'Request_BadRequest']);
    expect(json.error.message).toContain('must be the URL of a directory object such as');
    expect(json.error.details[0].target).toBe('@odata.id');
  });

  test.each([
    [undefined, 'absent'],
    [[], 'an array'],
    ['x', 'must be a JSON object|cannot be parsed|JSON'],
    [{}, 'absent'],
    [{ '@odata.id': 5 }, 'the number 5'],
    [{ '@odata.id': objectUrl(missingId), id: missingId }, "'id' is not taken here"],
  ])('in the body %j is refused', async (body, words) => {
    const { status, json } = await add(body);
    expect(status).toBe(400);
    expect(json.error.message).toMatch(new RegExp(words));
  });

  test('to what is not there, deleted or of another organization is not found', async () => {
    const user = await newUser();
    const others = [await newUser('Eve', stranger), await newDevice({}, stranger), await newGroup(stranger)];
    const deleted = await newDevice({ state: 'DELETED' });
    const device = await newDevice();
    for (const [url, id] of [
      ...[...others, deleted].map(({ id }) => [objectUrl(id), id] as const),
      [objectUrl(missingId), missingId],
      [objectUrl('me'), 'me'],
      [`/users/${device.id}`, device.id],
      [`/devices/${user.id}`, user.id],
      [`/groups/${user.id}`, user.id],
    ] as const) {
      const { status, json } = await addUrl(url);
      expect([status, json.error.code, json.error.message], url).toEqual([
        404,
        'Request_ResourceNotFound',
        notThere(id),
      ]);
      const bound = await bind([objectUrl(user.id), url], { description: 'changed' });
      expect([bound.status, bound.json.error.message], url).toEqual([404, notThere(id)]);
      expect(bound.json.error.details[0].target).toBe('members@odata.bind[1]');
    }
    expect(await idsOfMembers()).toEqual([]);
    expect((await server.send({ url: `/v1.0/groups/${group}` })).json.description).toBeNull();
  });

  test('to a group is refused, as groups are not nested', async () => {
    const other = await newGroup();
    for (const id of [other.id, group]) {
      for (const url of [objectUrl(id), `/groups/${id}`]) {
        const { status, json } = await addUrl(url);
        expect([status, json.error.message]).toEqual([
          400,
          `The group '${id}' cannot be a member of a group here: add its members instead.`,
        ]);
      }
    }
  });

  test('to a member is refused in the words of the directory', async () => {
    const { id } = await newUser();
    await addUrl(objectUrl(id));
    const { status, json } = await addUrl(objectUrl(id));
    expect([status, json.error.code, json.error.message]).toEqual([400, 'Request_BadRequest', alreadyThere]);
  });

  test('in a group that is not there is not found', async () => {
    const { id } = await newUser();
    for (const missing of [missingId, 'x', (await newGroup(stranger)).id]) {
      const added = await add({ '@odata.id': objectUrl(id) }, missing);
      expect([added.status, added.json.error.message]).toEqual([404, notThere(missing)]);
      for (const url of [`members`, `members/$count`, `transitiveMembers`]) {
        const answer = await server.send({ url: `/v1.0/groups/${missing}/${url}` });
        expect([answer.status, answer.json.error.message]).toEqual([404, notThere(missing)]);
      }
      const url = `/v1.0/groups/${missing}/members/${id}/$ref`;
      const removed = await server.send({ method: 'DELETE', url });
      expect([removed.status, removed.json.error.message]).toEqual([404, notThere(missing)]);
    }
  });
});

describe('members@odata.bind', () => {
  test('adds up to 20 members with the other changes, or nothing', async () => {
    const users = await Promise.all(Array.from({ length: 21 }, () => newUser()));
    const urls = users.map(({ id }) => objectUrl(id));
    const tooMany = await bind(urls);
    expect([tooMany.status, tooMany.json.error.details[0].target]).toEqual([400, 'members@odata.bind']);
    expect((await bind(urls.slice(0, 20), { description: 'Twenty' })).status).toBe(204);
    expect((await server.send({ url: `/v1.0/groups/${group}` })).json.description).toBe('Twenty');
    expect(await idsOfMembers()).toHaveLength(20);

    const present = await bind([urls[20], urls[3]], { description: 'again' });
    expect([present.status, present.json.error.message]).toEqual([400, alreadyThere]);
    expect(present.json.error.details[0].target).toBe('members@odata.bind[1]');
    const twice = await bind([urls[20], urls[20]]);
    expect([twice.status, twice.json.error.details[0].target]).toEqual([400, 'members@odata.bind[1]']);
    expect(await idsOfMembers()).toHaveLength(20);
    expect((await server.send({ url: `/v1.0/groups/${group}` })).json.description).toBe('Twenty');
  });

  test.each([[null], ['x'], [[5]], [{}]])('of %j is refused', async (urls) => {
    const { status, json } = await bind(urls);
    expect([status, json.error.details[0].target]).toEqual([400, 'members@odata.bind']);
  });

  test.each(['owners@odata.bind', 'transitiveMembers@odata.bind', 'displayName@odata.bind'])(
    'is the only one: %s is refused',
    async (name) => {
      const url = `/v1.0/groups/${group}`;
      const { status, json } = await server.send({ method: 'PATCH', url, body: { [name]: [] } });
      expect([status, json.error.details[0].target]).toEqual([400, name]);
    },
  );

  test('gives a new group its members, or there is no group', async () => {
    const user = await newUser();
    const body = {
      displayName: 'Bound',
      mailEnabled: false,
      mailNickname: 'bound',
      securityEnabled: true,
      'members@odata.bind': [objectUrl(user.id)],
    };
    const created = await server.send({ method: 'POST', url: '/v1.0/groups', body });
    expect(created.status).toBe(201);
    group = created.json.id;
    expect(await idsOfMembers()).toEqual([user.id]);
    const wrong = { ...body, displayName: 'Unbound', 'members@odata.bind': [objectUrl(missingId)] };
    const refused = await server.send({ method: 'POST', url: '/v1.0/groups', body: wrong });
    expect([refused.status, refused.json.error.message]).toEqual([404, notThere(missingId)]);
    const listed = await server.send({ url: "/v1.0/groups?$filter=displayName eq 'Unbound'" });
    expect(listed.json.value).toEqual([]);
  });

  test('needs the permission to change members', async () => {
    const { id } = await newUser();
    const token = await server.addToken(server.tenant, ['group.update']);
    const patch = (body: object) =>
      server.send({ method: 'PATCH', url: `/v1.0/groups/${group}`, body, token });
    expect((await patch({ description: 'x', 'members@odata.bind': [] })).status).toBe(204);
    const refused = await patch({ description: 'y', 'members@odata.bind': [objectUrl(id)] });
    expect([refused.status, refused.json.error.code]).toEqual([403, 'Authorization_RequestDenied']);
    expect((await server.send({ url: `/v1.0/groups/${group}` })).json.description).toBe('x');
  });
});

test('who may change members alone does that, and the audit log tells who came and went', async () => {
  const device = await newDevice();
  const token = await server.addToken(server.tenant, ['groupMember.update']);
  const url = `/v1.0/groups/${group}`;
  const body = { '@odata.id': objectUrl(device.id) };
  const added = await server.send({ method: 'POST', url: `${url}/members/$ref`, body, token });
  expect(added.status).toBe(204);
  const renamed = await server.send({ method: 'PATCH', url, body: { displayName: 'x' }, token });
  expect(renamed.status).toBe(403);
  const left = await server.send({ method: 'DELETE', url: `${url}/members/${device.id}/$ref`, token });
  expect(left.status).toBe(204);
  const events = await server.change(server.tenant, (context) =>
    listAuditEvents(context, { targetId: group, limit: 2 }),
  );
  const members = [{ kind: 'device', id: device.id }];
  expect(events.map(({ action, before, after }) => ({ action, before, after }))).toEqual([
    { action: 'group.update', before: { members }, after: { members: [] } },
    { action: 'group.update', before: { members: [] }, after: { members } },
  ]);
});
