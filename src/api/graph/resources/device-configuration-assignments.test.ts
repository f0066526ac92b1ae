import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testServer, type TestAnswer, type TestServer } from '../../../../test/support/server.ts';
import { collectionClient, expectRefused } from '../fixtures/collection-client.ts';
import { bothVersions } from '../route.ts';

const allDevices = 'adadadad-808e-44e2-905a-0b7873a8a531';
const allUsers = 'acacacac-9df4-4c7d-9d50-4ef0226f57a9';
const unknownGroup = '5c1f6a8e-7f0e-4c39-9d3f-0c1d2e3f4a5b';
const filterId = '7a3b9d52-6a6f-4d1e-8c55-0d6b1f0f9e21';

let server: TestServer;
let sales: string;
let support: string;
/** A configuration without assignments. */
let id: string;
beforeAll(async () => {
  server = await testServer();
  sales = await newGroup('Sales');
  support = await newGroup('Support');
});
beforeEach(async () => {
  id = (await create()).json.id;
});
afterAll(() => server[Symbol.asyncDispose]());

const { path, create } = collectionClient(() => server, 'deviceConfigurations', {
  always: { '@odata.type': '#microsoft.graph.macOSGeneralDeviceConfiguration' },
  defaults: { displayName: 'Macs' },
});

const one = (version: string) => `${path(version)}/${id}`;
const root = (version: string) => `https://localhost:80/${version}`;
const target = (name: string, properties: object = {}) => ({
  target: { '@odata.type': `#microsoft.graph.${name}AssignmentTarget`, ...properties },
});
const toDevices = target('allDevices');
const toUsers = target('allLicensedUsers');
const toGroup = (groupId: string, more: object = {}) => target('group', { groupId, ...more });
const notToGroup = (groupId: string) => target('exclusionGroup', { groupId });
const filtered = (type: string) => ({
  deviceAndAppManagementAssignmentFilterId: filterId,
  deviceAndAppManagementAssignmentFilterType: type,
});

async function newGroup(displayName: string, token?: string): Promise<string> {
  const body = { displayName, mailNickname: 'x', mailEnabled: false, securityEnabled: true };
  const answer = await server.send({
    method: 'POST',
    url: '/v1.0/groups',
    body,
    ...(token !== undefined && { token }),
  });
  expect(answer.status).toBe(201);
  return answer.json.id;
}

const assign = (assignments: readonly unknown[], version = 'v1.0', headers: Record<string, string> = {}) =>
  server.send({ method: 'POST', url: `${one(version)}/assign`, body: { assignments }, headers });
const add = (assignment: object, version = 'v1.0') =>
  server.send({ method: 'POST', url: `${one(version)}/assignments`, body: assignment });
const item = (key: string, version = 'v1.0') => `${one(version)}/assignments/${id}_${key}`;
const listed = async (version = 'v1.0') => (await server.send({ url: `${one(version)}/assignments` })).json;
const keysIn = (answer: { value: { id: string }[] }) =>
  answer.value.map((assignment) => assignment.id.slice(id.length + 1));
const audited = async () =>
  (await server.send({ url: `/api/v1/organizations/default/audit-events?targetId=${id}` })).json.items;

function expectNotFound(answer: TestAnswer, what: string): void {
  expect([answer.status, answer.json.error.code]).toEqual([404, 'ResourceNotFound']);
  expect(answer.json.error.details[0].message).toContain(what);
}

describe('assign', () => {
  test('gives a configuration targets of every kind, as v1.0 shows them', async () => {
    const answer = await assign([
      toGroup(sales.toUpperCase()),
      notToGroup(support),
      toDevices,
      toUsers,
      target('configurationManagerCollection', { collectionId: 'SMS00001' }),
    ]);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toEqual({
      '@odata.context': `${root('v1.0')}/$metadata#deviceManagement/deviceConfigurations('${id}')/assignments`,
      value: expect.any(Array),
    });
    const byId = (assignments: { id: string }[]) =>
      assignments.toSorted((left, right) => (left.id < right.id ? -1 : 1));
    expect(answer.json.value).toEqual(
      byId([
        { id: `${id}_${sales}`, ...toGroup(sales) },
        { id: `${id}_${support}`, ...notToGroup(support) },
        { id: `${id}_${allDevices}`, ...toDevices },
        { id: `${id}_${allUsers}`, ...toUsers },
        {
          id: `${id}_SMS00001`,
          ...target('configurationManagerCollection', { collectionId: 'SMS00001' }),
        },
      ]),
    );
    expect(await listed()).toEqual(answer.json);
    for (const assignment of answer.json.value) {
      const read = await server.send({ url: `${one('v1.0')}/assignments/${assignment.id}` });
      expect(read.json).toEqual({
        '@odata.context': `${answer.json['@odata.context']}/$entity`,
        ...assignment,
      });
    }
  });

  test('beta shows source, intent and filter', async () => {
    const answer = await assign(
      [toGroup(sales, filtered('exclude')), { ...toUsers, intent: 'apply' }],
      'beta',
    );
    expect(answer.status, answer.text).toBe(200);
    const extras = { source: 'direct', sourceId: id, intent: 'apply' };
    const unfiltered = {
      deviceAndAppManagementAssignmentFilterId: null,
      deviceAndAppManagementAssignmentFilterType: 'none',
    };
    const everyone = target('allLicensedUsers', unfiltered);
    expect(answer.json.value).toHaveLength(2);
    expect(answer.json.value).toContainEqual({ id: `${id}_${allUsers}`, ...extras, ...everyone });
    expect(answer.json.value).toContainEqual({
      id: `${id}_${sales}`,
      ...extras,
      ...toGroup(sales, filtered('exclude')),
    });
    expect((await listed('v1.0')).value).toContainEqual({ id: `${id}_${sales}`, ...toGroup(sales) });
  });

  test('replaces the whole set; what it read back from beta changes nothing', async () => {
    await assign([toDevices, toGroup(sales)]);
    expect(keysIn((await assign([toGroup(support), toGroup(sales)])).json)).toEqual([sales, support]);
    const read = await listed('beta');
    expect((await assign(read.value, 'beta')).json).toEqual(read);
    expect((await assign([])).json.value).toEqual([]);
    expect((await listed()).value).toEqual([]);
  });

  test('of two entries for the same target the later is ignored', async () => {
    const twice = [toGroup(sales, filtered('include')), toGroup(sales.toUpperCase()), toDevices, toDevices];
    const { value } = (await assign(twice, 'beta')).json;
    expect(keysIn({ value })).toEqual([sales, allDevices].toSorted());
    expect(value.find((one: { id: string }) => one.id.endsWith(sales))).toMatchObject(
      toGroup(sales, filtered('include')),
    );
  });

  test('keeps the version and the dates of the configuration', async () => {
    const before = (await server.send({ url: one('v1.0') })).json;
    server.advance(60_000);
    await assign([toDevices]);
    expect((await server.send({ url: one('v1.0') })).json).toEqual(before);
  });

  test('the set before stands in the audit log, and a call that changes nothing does not', async () => {
    await assign([toDevices, toGroup(sales)]);
    await assign([notToGroup(sales)]);
    await assign([notToGroup(sales)]);
    const [second, first, creation, ...rest] = await audited();
    expect([creation.action, rest]).toEqual(['deviceConfiguration.create', []]);
    expect(first).toMatchObject({
      action: 'deviceConfiguration.update',
      target: { type: 'macOSGeneralDeviceConfiguration', id, name: 'Macs' },
      before: { targets: [] },
      after: { targets: [{ kind: 'group', groupId: sales }, { kind: 'allDevices' }] },
    });
    expect(second).toMatchObject({
      before: first.after,
      after: { targets: [{ kind: 'exclusionGroup', groupId: sales }] },
    });
  });

  test('If-Match names the version of the configuration', async () => {
    expect((await assign([toDevices], 'v1.0', { 'if-match': 'W/"2"' })).status).toBe(412);
    expect((await listed()).value).toEqual([]);
    expect((await assign([toDevices], 'v1.0', { 'if-match': 'W/"1"' })).status).toBe(200);
  });

  test('of calls at once one set wins whole', async () => {
    const sets = [
      [toDevices, toGroup(sales)],
      [toUsers, notToGroup(sales), toGroup(support)],
      [notToGroup(support)],
      [],
    ];
    const wanted = sets.map((set) => JSON.stringify(set.map((each) => each.target).toSorted(byType)));
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(sets.map((set) => assign(set)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      const shown = [...answers.map((answer) => answer.json), await listed()].map(({ value }) =>
        JSON.stringify(value.map((each: { target: object }) => each.target).toSorted(byType)),
      );
      expect(shown.slice(0, 4)).toEqual(wanted);
      expect(wanted).toContain(shown[4]);
    }
  });

  test('additions at once all stay', async () => {
    const answers = await Promise.all(
      [toDevices, toUsers, toGroup(sales), notToGroup(support)].map((each) => add(each)),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect((await listed()).value).toHaveLength(4);
  });
});

function byType(left: object, right: object): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;
}

describe('what assign refuses, and then changes nothing', () => {
  beforeEach(async () => {
    await assign([toDevices]);
  });

  const groupPath = 'assignments[1].target.groupId';
  test.each([
    ['a group that nobody has', () => [toUsers, toGroup(unknownGroup)], groupPath, unknownGroup],
    ['an excluded group that nobody has', () => [toUsers, notToGroup(unknownGroup)], groupPath, unknownGroup],
    ['no GUID', () => [toUsers, toGroup('Sales')], groupPath, 'GUID'],
    ['a group without id', () => [toUsers, target('group')], groupPath, 'is required'],
    ['a pseudo-group', () => [toUsers, toGroup(allDevices)], groupPath, allDevices],
    [
      'a group in and out',
      () => [toGroup(sales), notToGroup(sales.toUpperCase())],
      'assignments[1].target',
      'included too',
    ],
    [
      'a collection like a group',
      () => [target('configurationManagerCollection', { collectionId: unknownGroup })],
      'assignments[0].target.collectionId',
      'SMS00001',
    ],
    [
      'a collection with a control character',
      () => [target('configurationManagerCollection', { collectionId: 'a\nb' })],
      'assignments[0].target.collectionId',
      'SMS00001',
    ],
    ['no target', () => [{}], 'assignments[0].target', 'required'],
    ['no kind of target', () => [{ target: {} }], 'assignments[0].target.@odata.type', 'abstract'],
    [
      'a kind of the samples that Graph does not have',
      () => [target('scopeTagGroup', { entraObjectId: sales })],
      'assignments[0].target.@odata.type',
      'could not be resolved',
    ],
    ['the intent to remove', () => [{ ...toUsers, intent: 'remove' }], 'assignments[0].intent', 'exclude'],
    [
      'a kind for firmware alone',
      () => [target('androidFotaDeployment', { groupId: sales })],
      'assignments[0].target',
      'not supported',
    ],
  ])('%s', async (_, assignments, place, sentence) => {
    expectRefused(await assign(assignments(), 'beta'), place, sentence);
    expect(keysIn(await listed())).toEqual([allDevices]);
  });

  test.each([
    [{}, 'assignments'],
    [undefined, ''],
    [[toUsers], ''],
    [{ assignments: null }, 'assignments'],
    [
      { assignments: [toUsers], deviceConfigurationGroupAssignments: [] },
      'deviceConfigurationGroupAssignments',
    ],
  ])('the body %j', async (body, place) => {
    const answer = await server.send({ method: 'POST', url: `${one('beta')}/assign`, body });
    expect(answer.status, answer.text).toBe(400);
    expect(answer.json.error.details[0].message).toContain(place);
    expect(keysIn(await listed())).toEqual([allDevices]);
  });

  test('filters and intents in v1.0, which has none', async () => {
    expectRefused(
      await assign([toGroup(sales, filtered('include'))]),
      'assignments[0].target.deviceAndAppManagementAssignmentFilterId',
      'beta',
    );
    expectRefused(await assign([{ ...toUsers, intent: 'apply' }]), 'assignments[0].intent', 'beta');
  });

  test('more than a policy can have', async () => {
    const collections = Array.from({ length: 20_000 }, (_, at) =>
      target('configurationManagerCollection', { collectionId: `C${at}` }),
    );
    const answer = await assign(collections);
    expect([answer.status, answer.json.error.details[0].message]).toEqual([
      400,
      'A policy has at most 1000 assignments, not 20000.',
    ]);
    expect((await assign(collections.slice(0, 1_000))).json.value).toHaveLength(1_000);
  });

  test("another organization's group, and its configuration", async () => {
    const { token } = await server.addTenant('assigning');
    const foreign = await newGroup('Foreign', token);
    expectRefused(await assign([toUsers, toGroup(foreign)]), groupPath, foreign);
    for (const [method, url] of [
      ['POST', `${one('v1.0')}/assign`],
      ['GET', `${one('v1.0')}/assignments`],
      ['GET', `${one('v1.0')}/assignments/$count`],
      ['POST', `${one('v1.0')}/assignments`],
      ['GET', item(allDevices)],
      ['PATCH', item(allDevices)],
      ['DELETE', item(allDevices)],
    ] as const) {
      const body = { assignments: [], ...toUsers };
      const answer = await server.send({ method, url, token, ...(/PO|PA/.test(method) && { body }) });
      expectNotFound(answer, id);
    }
    expect(keysIn(await listed())).toEqual([allDevices]);
  });
});

describe('a single assignment', () => {
  test.each(bothVersions)('is added to the others in %s, with its Location', async (version) => {
    await assign([toDevices]);
    const answer = await add(toGroup(sales), version);
    expect(answer.status, answer.text).toBe(201);
    expect(answer.json).toMatchObject({ id: `${id}_${sales}`, ...toGroup(sales) });
    const location = String(answer.headers['location']);
    expect(location).toBe(
      `${root(version)}/deviceManagement/deviceConfigurations('${id}')/assignments('${id}_${sales}')`,
    );
    const followed = await server.send({ url: location.replace('https://localhost:80', '') });
    expect(followed.json).toEqual(answer.json);
    expect(keysIn(await listed())).toEqual([sales, allDevices].toSorted());
  });

  test('is not added twice', async () => {
    await assign([toGroup(sales)]);
    for (const again of [toGroup(sales), notToGroup(sales.toUpperCase())]) {
      const answer = await add(again);
      expect([answer.status, answer.json.error.code]).toEqual([409, 'Conflict']);
      expect(answer.json.error.details[0].message).toContain(sales);
    }
    expect((await listed()).value).toMatchObject([toGroup(sales)]);
    expectRefused(await add(toGroup(unknownGroup)), 'target.groupId', unknownGroup);
    expectRefused(await add({}), 'target', 'required');
  });

  test('is changed alone: its filter, and whether its group is excluded', async () => {
    await assign([toDevices, toGroup(sales)]);
    const patch = (body: object, version = 'beta') =>
      server.send({ method: 'PATCH', url: item(sales.toUpperCase(), version), body });
    const withFilter = await patch(toGroup(sales, filtered('include')));
    expect(withFilter.status, withFilter.text).toBe(200);
    expect(withFilter.json).toMatchObject(toGroup(sales, filtered('include')));
    expect((await patch(toGroup(sales), 'v1.0')).json).toMatchObject({
      id: `${id}_${sales}`,
      ...toGroup(sales),
    });
    expect((await patch({})).json).toEqual(withFilter.json);
    expect((await patch(notToGroup(sales))).json).toMatchObject(notToGroup(sales));
    expect(keysIn(await listed())).toEqual([sales, allDevices].toSorted());
    const [exclusion, filter] = await audited();
    expect(filter.after.targets).toContainEqual({
      kind: 'group',
      groupId: sales,
      filter: { id: filterId, type: 'include' },
    });
    expect(exclusion.before).toEqual(filter.after);
    for (const [body, place] of [
      [toGroup(support), 'target'],
      [toUsers, 'target'],
      [{ target: null }, 'target'],
      [{ intent: 'remove' }, 'intent'],
    ] as const) {
      expectRefused(await patch(body), place);
    }
    expect((await listed()).value).toContainEqual({ id: `${id}_${sales}`, ...notToGroup(sales) });
  });

  test.each([
    ['v1.0', 204],
    ['beta', 200],
  ] as const)('is removed alone in %s, and then it is gone', async (version, status) => {
    await assign([toDevices, toGroup(sales)]);
    const answer = await server.send({ method: 'DELETE', url: item(sales, version) });
    expect([answer.status, answer.text]).toEqual([status, '']);
    expect(keysIn(await listed())).toEqual([allDevices]);
    for (const method of ['GET', 'DELETE', 'PATCH'] as const) {
      const body = method === 'PATCH' ? { body: {} } : {};
      expectNotFound(await server.send({ method, url: item(sales, version), ...body }), sales);
    }
  });

  test('has the id of its configuration in front', async () => {
    await assign([toDevices]);
    const other = (await create()).json.id;
    for (const key of [allDevices, `${other}_${allDevices}`, `${id}_`, id, 'x']) {
      expectNotFound(await server.send({ url: `${one('v1.0')}/assignments/${key}` }), 'Assignment');
    }
    const quoted = await server.send({ url: `${one('v1.0')}/assignments('${id}_${allDevices}')` });
    expect(quoted.json.id).toBe(`${id}_${allDevices}`);
  });

  test('is found by whatever a collection is called', async () => {
    const collectionId = "Collection Id/value's (100%)";
    const created = await add(target('configurationManagerCollection', { collectionId }));
    const url = String(created.headers['location']).replace('https://localhost:80', '');
    expect((await server.send({ url })).json).toEqual(created.json);
    expect((await server.send({ method: 'DELETE', url })).status).toBe(204);
  });
});

describe('reading', () => {
  test('the collection has pages, a count, and a selection', async () => {
    await assign([toDevices, toUsers, toGroup(sales)]);
    const url = `${one('v1.0')}/assignments`;
    expect((await server.send({ url: `${url}/$count` })).text).toBe('3');
    const first = (await server.send({ url: `${url}?$top=2&$count=true&$select=id` })).json;
    expect(first).toEqual({
      '@odata.context': `${root('v1.0')}/$metadata#deviceManagement/deviceConfigurations('${id}')/assignments(id)`,
      '@odata.count': 3,
      '@odata.nextLink': expect.any(String),
      value: [{ id: expect.any(String) }, { id: expect.any(String) }],
    });
    const second = (await server.send({ url: first['@odata.nextLink'].replace('https://localhost:80', '') }))
      .json;
    expect(second['@odata.nextLink']).toBeUndefined();
    expect(keysIn({ value: [...first.value, ...second.value] })).toEqual(keysIn(await listed()));
    expect((await server.send({ url: `${url}?$filter=id eq 'x'` })).status).toBe(400);
  });

  test('a cast in the path is checked and kept in the context', async () => {
    await assign([toDevices]);
    const cast = 'microsoft.graph.macOSGeneralDeviceConfiguration';
    const { json } = await server.send({ url: `${one('v1.0')}/${cast}/assignments` });
    expect(json['@odata.context']).toBe(
      `${root('v1.0')}/$metadata#deviceManagement/deviceConfigurations('${id}')/${cast}/assignments`,
    );
    expect((await server.send({ url: `${one('v1.0')}/microsoft.graph.group/assignments` })).status).toBe(400);
    const qualified = await server.send({
      method: 'POST',
      url: `${one('v1.0')}/${cast}/microsoft.graph.assign`,
      body: { assignments: [] },
    });
    expect([qualified.status, qualified.json.value]).toEqual([200, []]);
  });

  test.each(bothVersions)('$expand brings the assignments of one and of many in %s', async (version) => {
    await assign([toDevices, toGroup(sales)]);
    const { value } = await listed(version);
    const annotation = `${root(version)}/$metadata#deviceManagement/deviceConfigurations('${id}')/assignments`;
    const expanded = await server.send({ url: `${one(version)}?$expand=assignments` });
    expect(expanded.json).toMatchObject({
      '@odata.context': `${root(version)}/$metadata#deviceManagement/deviceConfigurations(assignments())/$entity`,
      'assignments@odata.context': annotation,
      assignments: value,
    });
    const { id: without } = (await create()).json;
    const all = (await server.send({ url: `${path(version)}?$expand=assignments&$select=id` })).json.value;
    expect(all).toContainEqual({
      '@odata.type': '#microsoft.graph.macOSGeneralDeviceConfiguration',
      id,
      'assignments@odata.context': annotation,
      assignments: value,
    });
    expect(all.find((each: { id: string }) => each.id === without).assignments).toEqual([]);
  });

  test('$expand reads the assignments of fifty configurations in one statement', async () => {
    const made = await Promise.all(Array.from({ length: 50 }, () => create()));
    for (const { json } of made) {
      id = json.id;
      await assign([toDevices, toGroup(sales)]);
    }
    server.takeStatements();
    const url = `${path('v1.0')}?$expand=assignments`;
    const { value } = (await server.send({ url })).json;
    const many = server.takeStatements();
    expect(value.length).toBeGreaterThanOrEqual(50);
    await server.send({ url: `${url}&$top=1` });
    expect(many).toHaveLength(server.takeStatements().length);
    expect(many.filter((statement) => statement.includes('policies_target'))).toHaveLength(1);
  });

  test('a client that asks for all metadata can navigate to an assignment', async () => {
    await assign([toDevices]);
    const headers = { accept: 'application/json;odata.metadata=full' };
    const [assignment] = (await server.send({ url: `${one('v1.0')}/assignments`, headers })).json.value;
    const url = assignment['@odata.id'].replace('https://localhost:80', '');
    expect((await server.send({ url })).json).toMatchObject({ id: `${id}_${allDevices}`, ...toDevices });
  });
});

describe('removal of what assignments refer to', () => {
  test('a group with policies is not removed, and its policies are named', async () => {
    const group = await newGroup('Doomed');
    const url = `/v1.0/groups/${group}`;
    await assign([toDevices, notToGroup(group)]);
    const refused = await server.send({ method: 'DELETE', url });
    expect([refused.status, refused.json.error.code]).toEqual([409, 'Conflict']);
    expect(refused.json.error.details[0].message).toBe(
      "The group 'Doomed' is assigned 1 policy ('Macs'). Take it from them first.",
    );
    expect((await server.send({ url })).status).toBe(200);
    await server.send({ method: 'DELETE', url: item(group) });
    expect((await server.send({ method: 'DELETE', url })).status).toBe(204);
  });

  test('a group that was removed is refused like one that never was', async () => {
    const group = await newGroup('Gone');
    expect((await server.send({ method: 'DELETE', url: `/v1.0/groups/${group}` })).status).toBe(204);
    for (const assignment of [toGroup(group), notToGroup(group)]) {
      expectRefused(await assign([toDevices, assignment]), 'assignments[1].target.groupId', group);
      expectRefused(await add(assignment), 'target.groupId', group);
    }
  });

  test('a group that goes while it is assigned leaves no assignment to nobody', async () => {
    for (let round = 0; round < 5; round++) {
      const group = await newGroup('Racing');
      const [assigned, removed] = await Promise.all([
        add(toGroup(group)),
        server.send({ method: 'DELETE', url: `/v1.0/groups/${group}` }),
      ]);
      expect([
        [201, 409],
        [400, 204],
      ]).toContainEqual([assigned.status, removed.status]);
      expect(keysIn(await listed()).includes(group)).toBe(assigned.status === 201);
    }
  });

  test('a configuration goes with its assignments, which the audit log keeps', async () => {
    const group = await newGroup('Left over');
    await assign([toGroup(group)]);
    expect((await server.send({ method: 'DELETE', url: one('v1.0') })).status).toBe(204);
    const [removal] = await audited();
    expect(removal).toMatchObject({
      action: 'deviceConfiguration.remove',
      before: { targets: [{ kind: 'group', groupId: group }] },
      after: null,
    });
    expect((await server.send({ method: 'DELETE', url: `/v1.0/groups/${group}` })).status).toBe(204);
  });
});

test('whatever the body, the set is replaced as it reads back or stays', async () => {
  const value = fc.oneof(
    fc.constantFrom(
      sales,
      support,
      unknownGroup,
      allDevices,
      filterId,
      'SMS00001',
      '',
      'none',
      'include',
      null,
    ),
    fc.string({ unit: 'binary', maxLength: 10 }),
    fc.jsonValue({ maxDepth: 1 }),
  );
  const kind = fc.constantFrom(
    ...[
      'allDevices',
      'allLicensedUsers',
      'group',
      'exclusionGroup',
      'configurationManagerCollection',
      'x',
    ].map((name) => `#microsoft.graph.${name}AssignmentTarget`),
  );
  const targets = fc.record(
    {
      '@odata.type': kind,
      groupId: value,
      collectionId: value,
      deviceAndAppManagementAssignmentFilterId: value,
      deviceAndAppManagementAssignmentFilterType: value,
    },
    { requiredKeys: ['@odata.type'] },
  );
  const right = fc.oneof(
    fc.constantFrom(
      toDevices,
      toUsers,
      toGroup(sales),
      toGroup(support, filtered('include')),
      notToGroup(support),
    ),
    fc
      .string({ minLength: 1, maxLength: 20 })
      .map((collectionId) => target('configurationManagerCollection', { collectionId })),
  );
  const assignments = fc.oneof(
    fc.array(right, { maxLength: 5 }),
    fc.array(fc.oneof(right, fc.record({ target: fc.oneof(targets, value) })), { maxLength: 4 }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(assignments, async (sent) => {
      const before = await listed('beta');
      const answer = await server.send({
        method: 'POST',
        url: `${one('beta')}/assign`,
        body: { assignments: sent },
      });
      expect([200, 400], answer.text).toContain(answer.status);
      const after = await listed('beta');
      expect(after).toEqual(answer.status === 200 ? answer.json : before);
      if (answer.status !== 200) return;
      accepted++;
      expect((await assign(after.value, 'beta')).json).toEqual(after);
      for (const each of after.value) {
        const url = `${one('beta')}/assignments('${encodeURIComponent(each.id.replaceAll("'", "''"))}')`;
        expect((await server.send({ url })).json).toMatchObject(each);
      }
    }),
    { numRuns: 200 },
  );
  expect(accepted).toBeGreaterThan(40);
});
