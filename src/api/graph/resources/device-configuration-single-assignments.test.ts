import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  assignmentClient,
  allDevices,
  unknownGroup,
  filterId,
  root,
  target,
  toDevices,
  toUsers,
  toGroup,
  notToGroup,
  filtered,
  expectNotFound,
} from '../fixtures/assignment-client.ts';
import { expectRefused } from '../fixtures/collection-client.ts';
import { bothVersions } from '../route.ts';

let server: TestServer;
let sales: string;
let support: string;
/** A configuration without assignments. */
let id: string;
const client = assignmentClient(() => server);
const { path, create, one, assign, add, item, listed, keysIn, audited, newGroup } = client;
beforeAll(async () => {
  server = await testServer();
  sales = await newGroup('Sales');
  support = await newGroup('Support');
});
beforeEach(async () => {
  id = await client.newConfiguration();
});
afterAll(() => server[Symbol.asyncDispose]());

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
