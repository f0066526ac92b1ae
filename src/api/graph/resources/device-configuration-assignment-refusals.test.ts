import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  assignmentClient,
  allDevices,
  unknownGroup,
  target,
  toDevices,
  toUsers,
  toGroup,
  notToGroup,
  filtered,
  expectNotFound,
} from '../fixtures/assignment-client.ts';
import { expectRefused } from '../fixtures/collection-client.ts';

let server: TestServer;
let sales: string;
/** A configuration without assignments. */
let id: string;
const client = assignmentClient(() => server);
const { one, newGroup, assign, item, listed, keysIn } = client;
beforeAll(async () => {
  server = await testServer();
  sales = await newGroup('Sales');
});
beforeEach(async () => {
  id = await client.newConfiguration();
});
afterAll(() => server[Symbol.asyncDispose]());

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
