import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { collectionClient, expectRefused } from '../fixtures/collection-client.ts';
import { partnerExample as example } from '../fixtures/documented-examples.ts';
import { models } from '../model/model.ts';
import { bothVersions } from '../route.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const { path, get, create, patch } = collectionClient(() => server, 'complianceManagementPartners', {
  always: {},
  defaults: {},
});

const unfiltered = {
  beta: {
    deviceAndAppManagementAssignmentFilterId: null,
    deviceAndAppManagementAssignmentFilterType: 'none',
  },
  'v1.0': {},
} as const;

describe("the documentation's example", () => {
  test.each(bothVersions)('%s answers 200 with the documented object', async (version) => {
    const { json: created } = await create(version);
    const answer = await patch(version, created.id, example.request);
    expect(answer.status, answer.text).toBe(200);
    const { '@odata.type': _, id: _id, ...documented } = example.answer;
    const shown = Object.keys(answer.json).filter((name) => !name.startsWith('linux'));
    expect(shown).toEqual(['@odata.context', 'id', ...Object.keys(documented)]);
    const assignments = [
      {
        target: {
          '@odata.type': '#microsoft.graph.configurationManagerCollectionAssignmentTarget',
          ...unfiltered[version],
          collectionId: 'Collection Id value',
        },
      },
    ];
    expect(answer.json).toEqual({
      '@odata.context': `https://localhost:80/${version}/$metadata#deviceManagement/complianceManagementPartners/$entity`,
      id: created.id,
      ...documented,
      // The instant of the documentation in UTC; the database keeps milliseconds.
      lastHeartbeatDateTime: '2017-01-01T07:59:37.9170000Z',
      ...(version === 'beta' && { linuxOnboarded: false, linuxEnrollmentAssignments: [] }),
      macOsEnrollmentAssignments: assignments,
      androidEnrollmentAssignments: assignments,
      iosEnrollmentAssignments: assignments,
    });
    expect((await get(version, created.id)).json).toEqual(answer.json);
  });

  test('full metadata names the types as the documentation does', async () => {
    const { json } = await create('v1.0', example.request);
    const headers = { accept: 'application/json;odata.metadata=full' };
    const full = await server.send({ url: `${path('v1.0')}/${json.id}`, headers });
    expect(full.json).toMatchObject({
      '@odata.type': '#microsoft.graph.complianceManagementPartner',
      macOsEnrollmentAssignments: [
        {
          '@odata.type': '#microsoft.graph.complianceManagementPartnerAssignment',
          target: { '@odata.type': '#microsoft.graph.configurationManagerCollectionAssignmentTarget' },
        },
      ],
    });
  });
});

test.each(bothVersions)('an empty %s body makes a partner of which nothing is known', async (version) => {
  const { json, headers } = await create(version, {});
  expect(json).toEqual({
    '@odata.context': `https://localhost:80/${version}/$metadata#deviceManagement/complianceManagementPartners/$entity`,
    id: expect.any(String),
    lastHeartbeatDateTime: '0001-01-01T00:00:00Z',
    partnerState: 'unknown',
    displayName: null,
    macOsOnboarded: false,
    androidOnboarded: false,
    iosOnboarded: false,
    macOsEnrollmentAssignments: [],
    androidEnrollmentAssignments: [],
    iosEnrollmentAssignments: [],
    ...(version === 'beta' && { linuxOnboarded: false, linuxEnrollmentAssignments: [] }),
  });
  expect(headers).toMatchObject({
    location: `https://localhost:80${path(version)}('${json.id}')`,
    etag: 'W/"1"',
  });
});

describe('targets', () => {
  const groupId = '7d2b0a3c-93c1-4d2a-8c0f-2f2b5c1c9a11';
  const targets = [
    { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' },
    { '@odata.type': '#microsoft.graph.allLicensedUsersAssignmentTarget' },
    {
      '@odata.type': '#microsoft.graph.configurationManagerCollectionAssignmentTarget',
      collectionId: 'SMS00001',
    },
    { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId },
    { '@odata.type': '#microsoft.graph.exclusionGroupAssignmentTarget', groupId },
  ];
  const lists = ['macOsEnrollmentAssignments', 'androidEnrollmentAssignments', 'iosEnrollmentAssignments'];

  test.each(bothVersions)('%s takes all five on every platform', async (version) => {
    const names = version === 'beta' ? [...lists, 'linuxEnrollmentAssignments'] : lists;
    const assignments = targets.map((target) => ({ target: { ...target, ...unfiltered[version] } }));
    const { json } = await create(version, Object.fromEntries(names.map((name) => [name, assignments])));
    for (const name of names) expect(json[name]).toEqual(assignments);
    expect((await get(version, json.id)).json).toEqual(json);
  });

  test('beta keeps a filter, and v1.0 neither shows nor loses it', async () => {
    const filter = {
      deviceAndAppManagementAssignmentFilterId: 'f-1',
      deviceAndAppManagementAssignmentFilterType: 'include',
    };
    const target = { ...targets[0], ...filter };
    const { json } = await create('beta', { iosEnrollmentAssignments: [{ target }] });
    expect(json.iosEnrollmentAssignments).toEqual([{ target }]);
    const seen = await patch('v1.0', json.id, { iosOnboarded: true });
    expect(seen.json.iosEnrollmentAssignments).toEqual([{ target: targets[0] }]);
    expect((await get('beta', json.id)).json.iosEnrollmentAssignments).toEqual([{ target }]);
  });

  test.each([
    '#microsoft.graph.AllDevicesAssignmentTarget',
    'microsoft.graph.allDevicesAssignmentTarget',
    '#Microsoft.Graph.ALLDEVICESASSIGNMENTTARGET',
  ])('the type may be written %s', async (named) => {
    const { json } = await create('v1.0', {
      macOsEnrollmentAssignments: [
        {
          '@odata.type': '#microsoft.graph.ComplianceManagementPartnerAssignment',
          target: { '@odata.type': named },
        },
      ],
    });
    expect(json.macOsEnrollmentAssignments).toEqual([{ target: targets[0] }]);
  });

  const place = 'iosEnrollmentAssignments[1].target';
  test.each([
    [{}, `${place}.@odata.type`, 'Cannot create an abstract class.'],
    [
      { '@odata.type': '#microsoft.graph.deviceAndAppManagementAssignmentTarget' },
      `${place}.@odata.type`,
      'Cannot create an abstract class.',
    ],
    [
      { '@odata.type': '#microsoft.graph.scopeTagGroupAssignmentTarget' },
      `${place}.@odata.type`,
      'could not be resolved',
    ],
    [{ '@odata.type': '#microsoft.graph.appListItem' }, `${place}.@odata.type`, 'or derived from it'],
    [{ '@odata.type': '#microsoft.graph.groupAssignmentTarget' }, `${place}.groupId`, 'is required'],
    [{ ...targets[3], groupId: 'sales' }, `${place}.groupId`, 'must be a GUID'],
    [{ ...targets[3], groupId: 5 }, `${place}.groupId`, "must be of type 'Edm.String'"],
    [{ ...targets[2], collectionId: '' }, `${place}.collectionId`, 'is required'],
    [{ ...targets[0], groupId }, `${place}.groupId`, 'does not exist on type'],
    [
      { ...targets[0], deviceAndAppManagementAssignmentFilterType: 'include' },
      `${place}.deviceAndAppManagementAssignmentFilterId`,
      'is required',
    ],
    ['all', place, 'must be a JSON object'],
    [null, place, 'is required'],
  ])('%j is refused', async (target, path, sentence) => {
    const { json } = await create('beta');
    const assignments = [{ target: targets[0] }, { target }];
    const answer = await patch('beta', json.id, {
      iosEnrollmentAssignments: assignments,
      iosOnboarded: true,
    });
    expectRefused(answer, path, sentence);
    expect((await get('beta', json.id)).json).toEqual(json);
  });

  test('an assignment without a target is refused', async () => {
    const { json } = await create();
    const answer = await patch('v1.0', json.id, { iosEnrollmentAssignments: [{}] });
    expectRefused(answer, 'iosEnrollmentAssignments[0].target', 'is required');
  });

  test('a list is replaced whole; null and [] empty it', async () => {
    const both = {
      iosEnrollmentAssignments: [{ target: targets[0] }],
      macOsEnrollmentAssignments: [{ target: targets[1] }],
    };
    for (const empty of [null, []]) {
      const { json } = await create('v1.0', both);
      const replaced = await patch('v1.0', json.id, { iosEnrollmentAssignments: [{ target: targets[3] }] });
      expect(replaced.json).toEqual({ ...json, iosEnrollmentAssignments: [{ target: targets[3] }] });
      const emptied = await patch('v1.0', json.id, { iosEnrollmentAssignments: empty });
      expect(emptied.json).toEqual({ ...json, iosEnrollmentAssignments: [] });
    }
  });
});

test('as Microsoft365DSC writes: a capital C in the type', async () => {
  const { json } = await create('v1.0', {
    '@odata.type': '#microsoft.graph.ComplianceManagementPartner',
    partnerState: 'terminated',
  });
  expect(json).toMatchObject({ partnerState: 'terminated' });
});

test('beta ignores the retired Windows pair, v1.0 never had it', async () => {
  const retired = { windowsOnboarded: true, windowsEnrollmentAssignments: [{ target: null }] };
  const { json } = await create('beta', retired);
  expect(json).not.toHaveProperty('windowsOnboarded');
  expect((await patch('beta', json.id, retired)).json).toEqual(json);
  expectRefused(await patch('v1.0', json.id, { windowsOnboarded: true }), 'windowsOnboarded');
});

test('v1.0 does not know linuxOnboarded, and leaves it', async () => {
  const { json } = await create('beta', { linuxOnboarded: true });
  expectRefused(await patch('v1.0', json.id, { linuxOnboarded: false }), 'linuxOnboarded', 'beta only');
  const seen = await patch('v1.0', json.id, { iosOnboarded: true });
  expect(seen.json).not.toHaveProperty('linuxOnboarded');
  expect((await get('beta', json.id)).json).toMatchObject({ linuxOnboarded: true, iosOnboarded: true });
});

test('partnerState takes its six members alone', async () => {
  const { json } = await create();
  const members = models['v1.0'].enums.get('microsoft.graph.deviceManagementPartnerTenantState')!.members;
  expect(members).toHaveLength(6);
  for (const { name } of members) {
    expect((await patch('v1.0', json.id, { partnerState: name })).json.partnerState).toBe(name);
  }
  for (const wrong of ['Enabled', 'dead', '', null, 1]) {
    expectRefused(await patch('v1.0', json.id, { partnerState: wrong }), 'partnerState');
  }
});

describe('lastHeartbeatDateTime', () => {
  test.each([
    ['2026-02-28T23:59:59Z', '2026-02-28T23:59:59.0000000Z'],
    ['2026-02-28T23:59:59.1234567+02:00', '2026-02-28T21:59:59.1230000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['0001-01-02T00:00:00Z', '0001-01-02T00:00:00.0000000Z'],
    ['9999-12-31T23:59:59.9999999Z', '9999-12-31T23:59:59.9990000Z'],
  ])('%s comes back as %s', async (sent, shown) => {
    const { json } = await create('v1.0', { lastHeartbeatDateTime: sent });
    expect(json.lastHeartbeatDateTime).toBe(shown);
    expect((await get('v1.0', json.id)).json).toEqual(json);
  });

  test.each(['yesterday', '2026-02-30T00:00:00Z', '2026-02-28', '2026-02-28T10:00:00', 5, null])(
    '%j is refused',
    async (sent) => {
      const { json } = await create();
      expectRefused(await patch('v1.0', json.id, { lastHeartbeatDateTime: sent }), 'lastHeartbeatDateTime');
    },
  );
});

test.each([
  ['macOsOnboarded', 'true'],
  ['macOsOnboarded', null],
  ['displayName', 5],
  ['displayName', 'x'.repeat(257)],
  ['iosEnrollmentAssignments', {}],
  ['iosEnrollmentAssignments[0]', [null]],
  ['iosEnrollmentAssignments[0].color', [{ color: 'red' }]],
  ['color', 'red'],
])('%s: %j is refused, and nothing changes', async (target, value) => {
  const { json } = await create();
  const name = target.split('[')[0]!;
  expectRefused(await patch('v1.0', json.id, { iosOnboarded: true, [name]: value }), target);
  expect((await get('v1.0', json.id)).json).toEqual(json);
});

test('two changes at once both survive', async () => {
  const { json } = await create();
  const answers = await Promise.all([
    patch('v1.0', json.id, { macOsOnboarded: true }),
    patch('beta', json.id, { linuxOnboarded: true }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const { headers, json: after } = await get('beta', json.id);
  expect(after).toMatchObject({ macOsOnboarded: true, linuxOnboarded: true });
  expect(headers['etag']).toBe('W/"3"');
});

test('If-Match, Prefer and DELETE', async () => {
  const { json, headers } = await create();
  const match = { 'if-match': String(headers['etag']) };
  const minimal = await patch(
    'beta',
    json.id,
    { iosOnboarded: true },
    { ...match, prefer: 'return=minimal' },
  );
  expect([minimal.status, minimal.text]).toEqual([204, '']);
  expect((await patch('beta', json.id, { iosOnboarded: false }, match)).status).toBe(412);
  const url = `${path('v1.0')}/${json.id}`;
  expect((await server.send({ method: 'DELETE', url, headers: match })).status).toBe(412);
  expect((await server.send({ method: 'DELETE', url })).status).toBe(204);
  expect((await server.send({ method: 'DELETE', url })).status).toBe(404);
  const { json: another } = await create();
  const removed = await server.send({ method: 'DELETE', url: `${path('beta')}/${another.id}` });
  expect([removed.status, removed.text]).toEqual([200, '']);
});

test("another organization's partner is not found", async () => {
  const { json } = await create();
  const { token } = await server.addTenant('stranger');
  for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
    const url = `${path('v1.0')}/${json.id}`;
    const answer = await server.send({ method, url, token, ...(method === 'PATCH' && { body: {} }) });
    expect([answer.status, answer.json.error.code]).toEqual([404, 'ResourceNotFound']);
  }
  expect((await get('v1.0', json.id)).status).toBe(200);
});
