import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import {
  createPolicy,
  deviceConfigurations,
  emptyWindowsPolicy,
  updatePolicy,
  updateWindowsPolicy,
  type Policy,
  type PolicyContent,
  type WindowsPolicyDocument,
} from '../../../policies/index.ts';
import { allPermissions, listAuditEvents, type Permission } from '../../../tenancy/index.ts';

let server: TestServer;
let own: WindowsOrganization;
let other: WindowsOrganization;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'own');
  other = await windowsOrganization(server, 'other');
});
afterAll(() => server[Symbol.asyncDispose]());

const urlOf = ({ tenant }: WindowsOrganization, path: string) =>
  `/api/v1/organizations/${tenant.organization.slug}/policies${path}`;
const get = (path: string, of = own) => server.send({ url: urlOf(of, path), token: of.tenant.token });
const rollBack = (id: Id, body: unknown, { ifMatch, token }: { ifMatch?: string; token?: string } = {}) =>
  server.send({
    method: 'POST',
    url: urlOf(own, `/${id}/rollback`),
    body,
    token: token ?? own.tenant.token,
    ...(ifMatch !== undefined && { headers: { 'if-match': ifMatch } }),
  });
const tokenWith = (permissions: readonly Permission[], of = own) => server.addToken(of.tenant, permissions);
const problem = (status: number, code: string, more: object = {}) => ({
  status,
  json: { status, code, ...more },
});

const mac = (name: string, document: Policy['document'] = {}, of = own): Promise<Policy> =>
  of.change((context) =>
    createPolicy(context, deviceConfigurations, { kind: 'macOSGeneralDeviceConfiguration', name, document }),
  );
const change = (
  id: Id,
  {
    document = {},
    ...content
  }: Partial<Omit<PolicyContent, 'document'>> & { document?: Partial<WindowsPolicyDocument> },
) => own.change((context) => updateWindowsPolicy(context, id, undefined, { ...content, document }));
const eventsOf = async (id: Id) =>
  own.change((context) => listAuditEvents(context, { targetId: id, limit: 20 }));

test('policies of all kinds are one list, with how many devices have them', async () => {
  const of = await windowsOrganization(server, 'listed');
  const segment = await of.segment('Oslo');
  const windows = await of.policy('Baseline', { config: { './a': '1' } }, undefined, {
    description: 'For all',
    segment,
    exposeToChildren: true,
  });
  const macs = await mac('Passwords', { passwordRequired: true }, of);
  for (let count = 0; count < 2; count++) {
    const device = await of.device();
    const winPolicyId = hexOfId(windows.id);
    // Twice on one device, and still one device.
    await of.put(`/devices/${hexOfId(device.id)}`, {
      winPolicyId,
      winPolicyAssignments: [{ winPolicyId, priority: 1 }],
    });
  }
  const now = server.now().toISOString();
  const shown = {
    id: windows.id,
    kind: 'winPolicy',
    platform: 'windows',
    name: 'Baseline',
    description: 'For all',
    version: 1,
    segment,
    exposeToChildren: true,
    deviceCount: 2,
    createdAt: now,
    updatedAt: now,
  };
  const macShown = {
    ...shown,
    id: macs.id,
    kind: 'macOSGeneralDeviceConfiguration',
    platform: 'apple',
    name: 'Passwords',
    description: null,
    segment: 0,
    exposeToChildren: false,
    deviceCount: 0,
  };
  expect((await get('', of)).json).toEqual({ items: [shown, macShown], next: null });
  for (const id of [windows.id, hexOfId(windows.id)]) {
    const answer = await get(`/${id}`, of);
    expect(answer).toMatchObject({ status: 200, headers: { etag: 'W/"1"' } });
    expect(answer.json).toEqual({
      ...shown,
      document: { ...emptyWindowsPolicy, config: { './a': '1' } },
      warnings: [{ path: 'config../a', kind: 'unknownNode', message: expect.any(String) }],
    });
  }
  expect((await get(`/${macs.id}`, of)).json).toEqual({
    ...macShown,
    document: { passwordRequired: true },
    warnings: [],
  });
});

test('pages have each policy once, in one statement', async () => {
  const of = await windowsOrganization(server, 'pages');
  const ids: Id[] = [];
  for (let count = 0; count < 5; count++) {
    ids.push((await (count % 2 ? mac(`Mac ${count}`, {}, of) : of.policy(`PC ${count}`))).id);
  }
  const walked: Id[] = [];
  for (let after: string | null = ''; after !== null;) {
    server.takeStatements();
    const { json } = await get(`?limit=2${after && `&after=${after}`}`, of);
    expect(server.takeStatements().filter((text) => text.includes('policies_'))).toHaveLength(1);
    walked.push(...json.items.map(({ id }: { id: Id }) => id));
    after = json.next;
  }
  expect(walked).toEqual(ids);
  expect(await get('?after=x', of)).toMatchObject(problem(400, 'invalidInput'));
});

test('versions tell who made them and when, each with what it was', async () => {
  const policy = await own.policy('Versions', { config: { './a': '1' } }, undefined, {
    description: 'first',
  });
  const made = [server.now()];
  server.advance(1_000);
  const token = await tokenWith(['windows.policy.update']);
  const url = `/windows/enterprise/policies/${hexOfId(policy.id)}`;
  expect(await own.send(url, { method: 'PUT', body: { config: { './b': '2' } }, token })).toMatchObject({
    status: 200,
  });
  made.push(server.now());
  server.advance(1_000);
  expect(await own.put(`/policies/${hexOfId(policy.id)}`, { name: 'Renamed' })).toMatchObject({
    status: 200,
  });
  made.push(server.now());

  const { json } = await get(`/${policy.id}/versions`);
  const account = (name: string) => ({ kind: 'serviceAccount', id: expect.any(String), name });
  const version = (number: number, name: string, madeBy: object) => ({
    version: number,
    name,
    description: 'first',
    madeAt: made[number - 1]!.toISOString(),
    madeBy,
  });
  const versions = [
    version(3, 'Renamed', account('all')),
    version(2, 'Versions', account('limited')),
    version(1, 'Versions', { kind: 'operator', id: null, name: 'operator' }),
  ];
  expect(json).toEqual({ items: versions, next: null });
  const first = await get(`/${policy.id}/versions?limit=2`);
  expect(first.json).toEqual({ items: versions.slice(0, 2), next: '2' });
  const second = await get(`/${policy.id}/versions?limit=2&after=2`);
  expect(second.json).toEqual({ items: versions.slice(2), next: null });

  const configs = [{ './a': '1' }, { './b': '2' }, { './b': '2' }];
  for (const [index, config] of configs.entries()) {
    const answer = await get(`/${hexOfId(policy.id)}/versions/${index + 1}`);
    expect(answer.json).toEqual({ ...versions[2 - index], document: { ...emptyWindowsPolicy, config } });
  }
  expect(await get(`/${policy.id}/versions/4`)).toMatchObject(problem(404, 'notFound'));
  for (const number of ['0', '-1', 'x', '99999999999']) {
    expect(await get(`/${policy.id}/versions/${number}`), number).toMatchObject(problem(400, 'invalidInput'));
  }
});

test('a rollback makes a new version with the old content', async () => {
  const application = await own.application('9NBLGGH4NNS1');
  const references = { applications: [{ winApplicationId: application.id }] };
  const policy = await own.policy('Old', { ...references, config: { './a': '1' } }, undefined, {
    description: 'old',
  });
  const segment = await own.segment('Kept');
  await change(policy.id, {
    name: 'New',
    description: null,
    segment,
    document: { applications: [], config: { './b': '2' } },
  });
  server.advance(1_000);
  const answer = await rollBack(policy.id, { version: 1 }, { ifMatch: 'W/"2"' });
  expect(answer).toMatchObject({ status: 200, headers: { etag: 'W/"3"' } });
  expect(answer.json).toMatchObject({
    id: policy.id,
    name: 'Old',
    description: 'old',
    version: 3,
    segment,
    document: { ...emptyWindowsPolicy, ...references, config: { './a': '1' } },
    updatedAt: server.now().toISOString(),
  });
  expect((await get(`/${policy.id}`)).json).toEqual(answer.json);
  const versions = await get(`/${policy.id}/versions`);
  expect(
    versions.json.items.map((item: { name: string; madeBy: { name: string } }) => [
      item.name,
      item.madeBy.name,
    ]),
  ).toEqual([
    ['Old', 'all'],
    ['New', 'operator'],
    ['Old', 'operator'],
  ]);
  const [event] = await eventsOf(policy.id);
  expect(event).toMatchObject({
    action: 'windows.policy.update',
    actor: { name: 'all' },
    target: { type: 'winPolicy', name: 'Old' },
    before: { name: 'New', description: null, version: 2 },
    after: { name: 'Old', description: 'old', version: 3 },
  });
});

test('a device configuration is rolled back too', async () => {
  const policy = await mac('Old', { passwordRequired: true });
  await own.change((context) =>
    updatePolicy(context, deviceConfigurations, policy.id, undefined, () => ({
      name: 'New',
      document: { airDropBlocked: true },
    })),
  );
  expect(await rollBack(policy.id, { version: 1 })).toMatchObject({
    status: 200,
    json: { name: 'Old', version: 3, document: { passwordRequired: true } },
  });
  expect((await get(`/${policy.id}`)).json.document).toEqual({ passwordRequired: true });
  expect((await eventsOf(policy.id))[0]).toMatchObject({ action: 'deviceConfiguration.update' });
});

test('a rollback to what the policy has changes nothing', async () => {
  const policy = await own.policy('Same', { config: { './a': '1' } });
  await change(policy.id, { document: { config: { './b': '2' } } });
  await change(policy.id, { document: { config: { './a': '1' } } });
  const before = await get(`/${policy.id}`);
  for (const version of [3, 1]) {
    const answer = await rollBack(policy.id, { version });
    expect(answer).toMatchObject({ status: 200, headers: { etag: 'W/"3"' }, json: before.json });
  }
  expect(await eventsOf(policy.id)).toHaveLength(3);
});

test('a rollback to an unknown version, of a policy changed meanwhile, or of a wrong body is refused', async () => {
  const policy = await own.policy('Refused', { config: { './a': '1' } });
  await change(policy.id, { name: 'Changed' });
  const before = await get(`/${policy.id}`);
  expect(await rollBack(policy.id, { version: 3 })).toMatchObject(
    problem(404, 'notFound', { detail: "Version '3' does not exist." }),
  );
  for (const ifMatch of ['W/"1"', '"x"']) {
    expect(await rollBack(policy.id, { version: 1 }, { ifMatch })).toMatchObject(
      problem(412, 'preconditionFailed'),
    );
  }
  for (const body of [
    {},
    { version: 0 },
    { version: '1' },
    { version: 1.5 },
    { version: null },
    { version: 1, name: 'x' },
    [],
    2 ** 31,
  ]) {
    expect(await rollBack(policy.id, body), JSON.stringify(body)).toMatchObject(problem(400, 'invalidInput'));
  }
  expect(await rollBack(policy.id, { version: 2 ** 31 })).toMatchObject(problem(400, 'invalidInput'));
  expect(await get(`/${policy.id}`)).toMatchObject({ json: before.json });
  expect((await get(`/${policy.id}/versions`)).json.items).toHaveLength(2);
});

test('a rollback to a document that refers to what is gone is refused with the places', async () => {
  const kept = await own.application('9KEPT0000000');
  const gone = await own.application('9GONE0000000');
  const script = await own.script('gone.ps1');
  const policy = await own.policy('References', {
    applications: [{ winApplicationId: kept.id }, { winApplicationId: gone.id }],
    scripts: [{ type: 'once', id: script.id }],
  });
  await change(policy.id, { name: 'Without', document: { applications: [], scripts: [] } });
  for (const path of [
    `/windows/enterprise/applications/${hexOfId(gone.id)}`,
    `/assets/${hexOfId(script.id)}`,
  ]) {
    expect((await own.send(path, { method: 'DELETE' })).status, path).toBe(200);
  }
  const answer = await rollBack(policy.id, { version: 1 });
  expect(answer).toMatchObject(problem(400, 'invalidInput'));
  expect(answer.json.violations.map(({ path }: { path: string }) => path)).toEqual([
    'applications[1].winApplicationId',
    'scripts[0].id',
  ]);
  expect((await get(`/${policy.id}`)).json).toMatchObject({ name: 'Without', version: 2 });
  expect((await get(`/${policy.id}/versions/1`)).json.document.applications).toHaveLength(2);
});

test('of two rollbacks at once with one entity tag, one is done', async () => {
  const policy = await own.policy('First');
  await change(policy.id, { name: 'Second' });
  await change(policy.id, { name: 'Third' });
  const answers = await Promise.all(
    [1, 2].map((version) => rollBack(policy.id, { version }, { ifMatch: 'W/"3"' })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 412]));
  expect((await get(`/${policy.id}`)).json.version).toBe(4);
});

test('policies of another organization are not found', async () => {
  const windows = await other.policy('Others');
  const macs = await mac('Others', {}, other);
  for (const { id } of [windows, macs]) {
    for (const path of [`/${id}`, `/${hexOfId(id)}`, `/${id}/versions`, `/${id}/versions/1`]) {
      expect(await get(path), path).toMatchObject(problem(404, 'notFound'));
      expect((await get(path, other)).status, path).toBe(200);
    }
    expect(await rollBack(id, { version: 1 })).toMatchObject(problem(404, 'notFound'));
  }
  expect((await get('')).text).not.toContain('Others');
  expect(await get('/x')).toMatchObject(problem(404, 'notFound'));
});

test('who may read one family sees that family alone', async () => {
  const of = await windowsOrganization(server, 'families');
  const families = {
    'windows.policy': await of.policy('PC'),
    deviceConfiguration: await mac('Mac', {}, of),
  };
  const send = (path: string, token: string) => server.send({ url: urlOf(of, path), token });
  for (const [area, { id }] of Object.entries(families)) {
    const token = await tokenWith([`${area}.read` as Permission], of);
    const listed = await send('', token);
    expect(listed.json.items.map((item: { id: Id }) => item.id)).toEqual([id]);
    for (const policy of Object.values(families)) {
      for (const path of ['', '/versions', '/versions/1']) {
        const answer = await send(`/${policy.id}${path}`, token);
        expect(answer.status, `${area} ${policy.kind} ${path}`).toBe(policy.id === id ? 200 : 404);
      }
    }
  }
  const others = allPermissions.filter((name) => !/^(windows\.policy|deviceConfiguration)\.read$/.test(name));
  const none = await tokenWith(others, of);
  const detail = 'The permission windows.policy.read or deviceConfiguration.read is needed.';
  for (const path of [
    '',
    ...Object.values(families).flatMap(({ id }) => [`/${id}`, `/${id}/versions`, `/${id}/versions/1`]),
  ]) {
    expect(await send(path, none), path).toMatchObject(problem(403, 'forbidden', { detail }));
  }
});

test("a rollback needs the update permission of the policy's family", async () => {
  const windows = await own.policy('PC');
  const macs = await mac('Mac');
  const attempt = async (id: Id, permissions: readonly Permission[]) =>
    rollBack(id, { version: 1 }, { token: await tokenWith(permissions) });
  expect(await attempt(windows.id, ['windows.policy.update'])).toMatchObject({ status: 200 });
  expect(await attempt(macs.id, ['deviceConfiguration.update'])).toMatchObject({ status: 200 });
  expect(await attempt(macs.id, ['windows.policy.update'])).toMatchObject(problem(404, 'notFound'));
  expect(await attempt(macs.id, ['windows.policy.update', 'deviceConfiguration.read'])).toMatchObject(
    problem(403, 'forbidden', { detail: 'The permission deviceConfiguration.update is needed.' }),
  );
  expect(await attempt(windows.id, ['windows.policy.read'])).toMatchObject(
    problem(403, 'forbidden', {
      detail: 'The permission windows.policy.update or deviceConfiguration.update is needed.',
    }),
  );
});
