import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../test/support/server.ts';
import { createGroup, type AssignmentTarget } from '../directory/index.ts';
import { listAuditEvents, operatorScope } from '../tenancy/index.ts';
import {
  createPartner,
  listPartners,
  newPartner,
  partnerStates,
  removePartner,
  requirePartner,
  updatePartner,
  type Partner,
  type PartnerProperties,
} from './index.ts';

let server: TestServer;
let tenant: Tenant;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  tenant = await server.addTenant(`customer-${++count}`);
});
afterAll(() => server[Symbol.asyncDispose]());

const reading = (of = tenant) => ({ db: server.database, scope: operatorScope(of.organization, 'test') });
const create = (input: Partial<PartnerProperties> = {}, of = tenant) =>
  server.change(of, (context) => createPartner(context, input));
const update = (id: Partner['id'], input: Partial<PartnerProperties>, ifMatch?: readonly number[]) =>
  server.change(tenant, (context) => updatePartner(context, id, input, ifMatch));
const remove = (id: Partner['id'], ifMatch?: readonly number[]) =>
  server.change(tenant, (context) => removePartner(context, id, ifMatch));
const events = () => listAuditEvents(reading(), { targetType: 'partner', limit: 100 });
const addGroup = async (of = tenant) =>
  (
    await server.change(of, (context) =>
      createGroup(context, { displayName: 'Sales', mailNickname: 'sales' }),
    )
  ).id;

const toGroup = (groupId: string) => ({ target: { kind: 'group', groupId } as const });
const strangeGuid = 'c4c8f047-f047-c4c8-47f0-c8c447f0c8c4';

/** A target of each kind. */
const targets: AssignmentTarget[] = [
  { kind: 'allDevices' },
  { kind: 'allLicensedUsers', filter: { id: 'corporate', type: 'include' } },
  { kind: 'configurationManagerCollection', collectionId: 'Collection Id value' },
  { kind: 'group', groupId: strangeGuid, filter: { id: 'kiosk', type: 'exclude' } },
  { kind: 'exclusionGroup', groupId: strangeGuid },
];
const assignments = targets.map((target) => ({ target }));

/** What the documentation's example sends. */
const collection = [
  { target: { kind: 'configurationManagerCollection', collectionId: 'Collection Id value' } as const },
];
const documented = {
  displayName: 'Display Name value',
  partnerState: 'unavailable',
  lastHeartbeatAt: new Date('2016-12-31T23:59:37.917-08:00'),
  macOsOnboarded: true,
  androidOnboarded: true,
  iosOnboarded: true,
  macOsEnrollmentAssignments: collection,
  androidEnrollmentAssignments: collection,
  iosEnrollmentAssignments: collection,
} satisfies Partial<PartnerProperties>;

test("the documentation's example is stored and read as it was sent", async () => {
  const created = await create(documented);
  expect(created).toEqual({
    id: created.id,
    ...documented,
    linuxOnboarded: false,
    linuxEnrollmentAssignments: [],
    revision: 1,
    createdAt: server.now(),
    updatedAt: server.now(),
  });
  expect(await requirePartner(reading(), created.id)).toEqual(created);
  expect((await events())[0]).toMatchObject({ action: 'partner.create', before: null, warning: null });
});

test('a partner of which nothing is said was never heard of', async () => {
  const created = await create();
  expect(created).toMatchObject({ ...newPartner, lastHeartbeatAt: null, partnerState: 'unknown' });
  expect(await requirePartner(reading(), created.id)).toEqual(created);
});

test.each(partnerStates)('the state %s is stored', async (partnerState) => {
  const { id } = await create({ partnerState });
  expect(await requirePartner(reading(), id)).toMatchObject({ partnerState });
});

test('targets of all kinds, with and without a filter, are stored in every list', async () => {
  const input = {
    macOsEnrollmentAssignments: assignments,
    androidEnrollmentAssignments: assignments.slice(1),
    iosEnrollmentAssignments: assignments.slice(2),
    linuxEnrollmentAssignments: assignments.slice(3),
  };
  const { id } = await create(input);
  expect(await requirePartner(reading(), id)).toMatchObject(input);
});

test('partners are listed oldest first, and reading is one statement', async () => {
  const first = await create({ displayName: 'b' });
  server.advance(1_000);
  const second = await create({ displayName: 'a' });
  server.takeStatements();
  expect(await listPartners(reading())).toEqual([first, second]);
  expect(server.takeStatements()).toHaveLength(1);
  await requirePartner(reading(), first.id);
  expect(server.takeStatements()).toHaveLength(1);
});

describe('an update', () => {
  test('leaves what is not given, and replaces a given list as a whole', async () => {
    const created = await create({ ...documented, macOsEnrollmentAssignments: assignments });
    server.advance(1_000);
    const updated = await update(created.id, {
      displayName: null,
      macOsEnrollmentAssignments: collection,
      iosEnrollmentAssignments: [],
    });
    expect(updated).toEqual({
      ...created,
      displayName: null,
      macOsEnrollmentAssignments: collection,
      iosEnrollmentAssignments: [],
      revision: 2,
      updatedAt: server.now(),
    });
    expect(await requirePartner(reading(), created.id)).toEqual(updated);
    const [event] = await events();
    expect(event).toMatchObject({
      action: 'partner.update',
      before: { displayName: 'Display Name value', iosEnrollmentAssignments: collection },
      after: { displayName: null, iosEnrollmentAssignments: [] },
    });
    expect(event!.after).not.toHaveProperty('androidEnrollmentAssignments');
  });

  test('that changes nothing is no change', async () => {
    const created = await create({ ...documented, linuxEnrollmentAssignments: assignments });
    server.advance(1_000);
    expect(await update(created.id, { ...documented, linuxEnrollmentAssignments: assignments })).toEqual(
      created,
    );
    expect(await update(created.id, {})).toEqual(created);
    expect(await events()).toHaveLength(1);
  });

  test('two at once lose nothing', async () => {
    const { id } = await create();
    await Promise.all([
      update(id, { macOsOnboarded: true }),
      update(id, { iosOnboarded: true }),
      update(id, { displayName: 'Jamf' }),
    ]);
    expect(await requirePartner(reading(), id)).toMatchObject({
      macOsOnboarded: true,
      iosOnboarded: true,
      displayName: 'Jamf',
      revision: 4,
    });
  });

  test('with the same entity tag: one wins, and an old one does not remove either', async () => {
    const { id } = await create();
    const results = await Promise.allSettled([
      update(id, { displayName: 'a' }, [1]),
      update(id, { displayName: 'b' }, [1]),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(remove(id, [1])).rejects.toMatchObject({ code: 'preconditionFailed' });
    await remove(id, [2]);
  });
});

describe('groups', () => {
  test('of this organization are assigned without a warning, in either case of letters', async () => {
    const groupId = await addGroup();
    const { id } = await create({ macOsEnrollmentAssignments: [toGroup(groupId.toUpperCase())] });
    expect((await requirePartner(reading(), id)).macOsEnrollmentAssignments).toEqual([toGroup(groupId)]);
    expect((await events())[0]!.warning).toBeNull();
  });

  test('that are not known, or another organization has, are accepted with a warning', async () => {
    const known = await addGroup();
    const foreign = await addGroup(server.tenant);
    const { id } = await create({
      macOsEnrollmentAssignments: [toGroup(known), toGroup(strangeGuid), toGroup(strangeGuid)],
      iosEnrollmentAssignments: [{ target: { kind: 'exclusionGroup', groupId: foreign } }],
    });
    expect((await events())[0]!.warning).toBe(
      `Assignments to groups that are not known here reach nobody: ${strangeGuid}, ${foreign}.`,
    );
    await update(id, { displayName: 'about something else' });
    expect((await events())[0]!.warning).toBeNull();
    await update(id, { iosEnrollmentAssignments: [toGroup(strangeGuid)] });
    expect((await events())[0]!.warning).toContain(strangeGuid);
  });

  test('are looked up in one statement, and a long warning is cut', async () => {
    const groups = Array.from({ length: 40 }, () => toGroup(randomUUID()));
    server.takeStatements();
    await create({ linuxEnrollmentAssignments: groups });
    expect(server.takeStatements().length).toBeLessThanOrEqual(5);
    const warning = (await events())[0]!.warning!;
    expect(warning).toContain(groups[9]!.target.groupId);
    expect(warning).not.toContain(groups[10]!.target.groupId);
    expect(warning).toMatch(/ and 30 more\.$/);
  });
});

describe('refused with its place:', () => {
  const at = (target: AssignmentTarget) => ({ iosEnrollmentAssignments: [...collection, { target }] });
  const path = 'iosEnrollmentAssignments[1].target';
  test.each<[string, Partial<PartnerProperties>, string]>([
    ['a name of 257 characters', { displayName: '😀'.repeat(257) }, 'displayName'],
    ['a group id that is no GUID', at({ kind: 'group', groupId: 'Group Id value' }), `${path}.groupId`],
    ['an empty group id', at({ kind: 'exclusionGroup', groupId: '' }), `${path}.groupId`],
    [
      'an empty collection id',
      at({ kind: 'configurationManagerCollection', collectionId: '' }),
      `${path}.collectionId`,
    ],
    [
      'a collection id of 257 characters',
      at({ kind: 'configurationManagerCollection', collectionId: 'x'.repeat(257) }),
      `${path}.collectionId`,
    ],
    [
      'an empty filter id',
      at({ kind: 'allDevices', filter: { id: '', type: 'include' } }),
      `${path}.filter.id`,
    ],
  ])('%s', async (_, input, place) => {
    const stored = await create({ displayName: '😀'.repeat(256) });
    const fault = { code: 'invalidInput', violations: [{ path: place }] };
    await expect(create(input)).rejects.toMatchObject(fault);
    await expect(update(stored.id, { macOsOnboarded: true, ...input })).rejects.toMatchObject(fault);
    expect(await listPartners(reading())).toEqual([stored]);
  });
});

test('a removed partner is gone, and its audit event says what it was', async () => {
  const { id } = await create(documented);
  await remove(id);
  const missing = { code: 'notFound' };
  await expect(requirePartner(reading(), id)).rejects.toMatchObject(missing);
  await expect(update(id, { displayName: 'x' })).rejects.toMatchObject(missing);
  await expect(remove(id)).rejects.toMatchObject(missing);
  expect((await events())[0]).toMatchObject({
    action: 'partner.remove',
    target: { id, name: 'Display Name value' },
    before: { partnerState: 'unavailable' },
    after: null,
  });
});

test('another organization sees and changes nothing', async () => {
  const theirs = await create({ displayName: 'theirs' }, server.tenant);
  expect(await listPartners(reading())).toEqual([]);
  const missing = { code: 'notFound' };
  await expect(requirePartner(reading(), theirs.id)).rejects.toMatchObject(missing);
  await expect(update(theirs.id, { displayName: 'mine' })).rejects.toMatchObject(missing);
  await expect(remove(theirs.id)).rejects.toMatchObject(missing);
  expect(await requirePartner(reading(server.tenant), theirs.id)).toEqual(theirs);
});
