import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  assignmentClient,
  allDevices,
  allUsers,
  unknownGroup,
  filterId,
  root,
  target,
  toDevices,
  toUsers,
  toGroup,
  notToGroup,
  filtered,
} from '../fixtures/assignment-client.ts';
import { expectRefused } from '../fixtures/collection-client.ts';

let server: TestServer;
let sales: string;
let support: string;
/** A configuration without assignments. */
let id: string;
const client = assignmentClient(() => server);
const { one, newGroup, assign, add, item, listed, keysIn, audited } = client;
beforeAll(async () => {
  server = await testServer();
  sales = await newGroup('Sales');
  support = await newGroup('Support');
});
beforeEach(async () => {
  id = await client.newConfiguration();
});
afterAll(() => server[Symbol.asyncDispose]());

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
