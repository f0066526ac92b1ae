import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { hexOfId, parseHexId } from '../../../kernel/id.ts';
import { getPolicyVersion, windowsPolicies } from '../../../policies/index.ts';
import { listAuditEvents } from '../../../tenancy/index.ts';

const base = '/windows/enterprise/policies';
const stranger = '507f1f77bcf86cd7994390ff';

let server: TestServer;
let own: WindowsOrganization;
let foreign: WindowsOrganization;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'policies');
  foreign = await windowsOrganization(server, 'strangers');
});
afterAll(() => server[Symbol.asyncDispose]());

const post = (body: unknown) => own.send(base, { method: 'POST', body });
const put = (id: string, body: unknown, headers = {}) => own.put(`/policies/${id}`, body, headers);

test('a policy has every documented field, and what it refers to expanded', async () => {
  const application = await own.application('9WZDNCRFJ3Q2');
  const admxConfig = await own.admxConfig('edge.admx');
  const script = await own.script('setup.ps1');
  const segment = await own.segment('Madrid');
  const body = {
    name: 'Corporate Security Baseline',
    config: {
      './Device/Vendor/MSFT/Policy/Config/Security/RequireDeviceEncryption': '1',
      './b': 2,
      './c': true,
    },
    applications: [
      {
        winApplicationId: hexOfId(application.id),
        configuration: { language: 'en', nested: { deep: [1] } },
        action: 'forceInstall',
        updatePolicy: { autoUpdate: true, allowedVersions: '>=1.0.0' },
      },
    ],
    bookmarks: [{ title: 'a', description: 'b', url: 'https://c', iconBase64: 'd', iconUrl: 'https://e' }],
    scripts: [
      {
        type: 'loop',
        id: hexOfId(script.id),
        loopTime: 60,
        resetDate: '2026-02-10T00:00:00.000Z',
        arguments: '-A {{device.serialNumber}}',
        argumentsProcessed: 'ignored',
        name: 'ignored',
        description: 'ignored',
        runner: 'ignored',
      },
    ],
    admxConfigs: [{ winAdmxConfigId: hexOfId(admxConfig.id) }],
    assets: [{ mdmAssetId: hexOfId(script.id), location: 'C:/x', assetName: 'x.ps1', scope: 'all-users' }],
    agentConfiguration: {
      enabled: true,
      buildTag: 'v2.5.0',
      allowLocation: true,
      allowNetworkStatus: true,
      allowPackageTime: false,
      allowPackageTransfer: false,
    },
    segmentId: String(segment),
    exposeToChildren: true,
  };
  const created = await post({ ...body, version: 7, id: stranger });
  expect(created.status).toBe(200);
  expect(created.headers['etag']).toBe('W/"1"');
  const { argumentsProcessed: _, ...script0 } = body.scripts[0]!;
  expect(created.json.data).toEqual({
    ...body,
    id: expect.stringMatching(/^[0-9a-f]{24}$/),
    organizationId: own.tenant.hexId,
    winEnterpriseId: own.tenant.hexId,
    scripts: [{ ...script0, name: 'setup.ps1', runner: 'powershell.exe', description: undefined }],
    applicationsInfo: [expect.objectContaining({ id: hexOfId(application.id), type: 'store' })],
    scriptsInfo: [expect.objectContaining({ id: hexOfId(script.id), ext: 'ps1' })],
    admxConfigsInfo: [expect.objectContaining({ id: hexOfId(admxConfig.id), fileName: 'edge.admx' })],
    assetsInfo: [expect.objectContaining({ id: hexOfId(script.id) })],
    version: 1,
    segmentId: segment,
    createdAt: server.now().toISOString(),
    updatedAt: server.now().toISOString(),
  });
  const { id } = created.json.data;
  expect(id).not.toBe(stranger);
  expect((await own.send(`${base}/${id}`)).json).toEqual(created.json);
  const echoed = await put(id, created.json.data);
  expect(echoed.json).toEqual(created.json);
});

test('every change makes a version, kept with who made it and when; no change makes none', async () => {
  const { json } = await post({ name: 'Versions', config: { './a': '1' } });
  const { id } = json.data;
  server.advance(1_000);
  const second = await put(id, { config: { './b': '2' } });
  expect(second.json.data).toMatchObject({ name: 'Versions', version: 2, config: { './b': '2' } });
  expect(second.json.data.config).not.toHaveProperty('./a');
  expect(second.json.data.createdAt < second.json.data.updatedAt).toBe(true);
  const same = await put(id, { config: { './b': '2' }, name: 'Versions' });
  expect(same.json).toEqual(second.json);
  const third = await put(id, { name: 'Renamed' });
  expect(third.json.data).toMatchObject({ name: 'Renamed', version: 3, config: { './b': '2' } });
  const versions = await own.change((context) =>
    Promise.all([1, 2, 3, 4].map((n) => getPolicyVersion(context, windowsPolicies, idOf(id), n))),
  );
  expect(versions.map((version) => version && [version.name, version.document.config])).toEqual([
    ['Versions', { './a': '1' }],
    ['Versions', { './b': '2' }],
    ['Renamed', { './b': '2' }],
    undefined,
  ]);
  expect(versions[2]!.madeBy).toMatchObject({ kind: 'serviceAccount', name: 'all' });
  expect(versions[2]!.madeAt).toEqual(server.now());
  const events = await own.change((context) =>
    listAuditEvents(context, { targetType: 'winPolicy', targetId: idOf(id), limit: 9 }),
  );
  expect(events.map(({ action }) => action)).toEqual([
    'windows.policy.update',
    'windows.policy.update',
    'windows.policy.create',
  ]);
  expect(events[0]).toMatchObject({
    before: { name: 'Versions', version: 2 },
    after: { name: 'Renamed', version: 3 },
  });
});

test('two changes at once on different properties both survive', async () => {
  const { id } = (await post({ name: 'Concurrent' })).json.data;
  const answers = await Promise.all([
    put(id, { config: { './a': '1' } }),
    put(id, { bookmarks: [{ url: 'https://a' }] }),
    put(id, { name: 'Both' }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await own.send(`${base}/${id}`)).json.data).toMatchObject({
    name: 'Both',
    version: 4,
    config: { './a': '1' },
    bookmarks: [{ url: 'https://a' }],
  });
  expect((await put(id, { name: 'Stale' }, { 'if-match': 'W/"3"' })).status).toBe(412);
  expect((await put(id, { name: 'Fresh' }, { 'if-match': 'W/"4"' })).status).toBe(200);
});

test('while devices have it, a policy is not deleted and says who has it', async () => {
  const policy = await own.policy('Needed');
  const ids: string[] = [];
  for (const displayName of ['One', 'Two', 'Three', 'Four']) {
    const device = await own.device({ displayName });
    ids.push(hexOfId(device.id));
    await own.put(`/devices/${hexOfId(device.id)}`, {
      winPolicyAssignments: [{ winPolicyId: hexOfId(policy.id), priority: 1 }],
      winPolicyId: hexOfId(policy.id),
    });
  }
  const url = `${base}/${hexOfId(policy.id)}`;
  const refused = await own.send(url, { method: 'DELETE' });
  expect(refused.status).toBe(409);
  expect(refused.json.error.details[0].message).toBe(
    "The policy 'Needed' is assigned to 4 devices ('One', 'Two', 'Three', …). Take it from them first.",
  );
  for (const id of ids) await own.put(`/devices/${id}`, { winPolicyAssignments: [], winPolicyId: null });
  const stale = await own.send(url, { method: 'DELETE', headers: { 'if-match': 'W/"9"' } });
  expect(stale.status).toBe(412);
  expect((await own.send(url, { method: 'DELETE' })).json).toEqual({ status: true, data: { delete: true } });
  expect((await own.send(url)).status).toBe(404);
  expect((await own.send(url, { method: 'DELETE' })).status).toBe(404);
});

describe('a policy is refused with the place and the reason', () => {
  const cases: [string, object, string, RegExp][] = [
    ['without a name', { name: undefined }, 'name', /required/],
    ['with an empty name', { name: '' }, 'name', /1/],
    ['with too long a name', { name: 'x'.repeat(257) }, 'name', /256/],
    ['with a list as config', { config: [] }, 'config', /object/],
    ['with an object as wanted value', { config: { './a': {} } }, 'config../a', /./],
    [
      'with an unknown application',
      { applications: [{ winApplicationId: stranger }] },
      'applications[0].winApplicationId',
      /'507f1f77bcf86cd7994390ff' is not a Windows application of this organization/,
    ],
    [
      'with an application without id',
      { applications: [{ action: 'available' }] },
      'applications[0].winApplicationId',
      /required/,
    ],
    [
      'with an unknown action',
      { applications: [{ winApplicationId: stranger, action: 'required' }] },
      'applications[0].action',
      /"forceInstall", "available"/,
    ],
    [
      'with an unknown ADMX configuration',
      { admxConfigs: [{ winAdmxConfigId: stranger }] },
      'admxConfigs[0].winAdmxConfigId',
      /is not an ADMX configuration/,
    ],
    [
      'with an unknown asset',
      { assets: [{ mdmAssetId: stranger }] },
      'assets[0].mdmAssetId',
      /is not an asset/,
    ],
    [
      'with an unknown scope',
      { assets: [{ mdmAssetId: stranger, scope: 'all' }] },
      'assets[0].scope',
      /all-users/,
    ],
    [
      'with too long a location',
      { assets: [{ mdmAssetId: stranger, location: 'x'.repeat(257) }] },
      'assets[0].location',
      /256/,
    ],
    [
      'with an unknown script',
      { scripts: [{ type: 'once', id: stranger }] },
      'scripts[0].id',
      /is not an asset of type script/,
    ],
    [
      'with a negative loop time',
      { scripts: [{ type: 'loop', id: stranger, loopTime: -1 }] },
      'scripts[0].loopTime',
      /0/,
    ],
    [
      'with too long a build tag',
      { agentConfiguration: { buildTag: 'x'.repeat(129) } },
      'agentConfiguration.buildTag',
      /128/,
    ],
    [
      'with a text as flag',
      { agentConfiguration: { enabled: 'yes' } },
      'agentConfiguration.enabled',
      /boolean/,
    ],
    ['in an unknown segment', { segmentId: 77 }, 'segmentId', /77 is not a segment/],
  ];
  test.each(cases)('%s', async (_, body, path, message) => {
    const total = async () => (await own.send(base)).json.data.totalDocs;
    const before = await total();
    const answer = await post({ name: 'Refused', ...body });
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatchObject({ code: 5209, message: 'Invalid input' });
    const details = answer.json.error.details.filter((detail: { path: string }) => detail.path === path);
    expect(details, JSON.stringify(answer.json)).not.toEqual([]);
    expect(details[0].message).toMatch(message);
    expect(await total()).toBe(before);
  });

  test('with what belongs to another organization, at creation and change', async () => {
    const theirs = {
      applications: [{ winApplicationId: hexOfId((await foreign.application('X')).id) }],
      admxConfigs: [{ winAdmxConfigId: hexOfId((await foreign.admxConfig('x.admx')).id) }],
      scripts: [{ type: 'once', id: hexOfId((await foreign.script('x.ps1')).id) }],
      assets: [{ mdmAssetId: hexOfId((await foreign.script('y.ps1')).id) }],
    };
    const { id } = (await post({ name: 'Own' })).json.data;
    for (const [name, value] of Object.entries(theirs)) {
      expect((await post({ name: 'Own', [name]: value })).status, name).toBe(400);
      expect((await put(id, { [name]: value })).status, name).toBe(400);
    }
    const foreignPolicy = hexOfId((await foreign.policy('Theirs')).id);
    expect((await own.send(`${base}/${foreignPolicy}`)).status).toBe(404);
    expect((await put(foreignPolicy, { name: 'Mine' })).status).toBe(404);
    expect((await own.send(`${base}/${foreignPolicy}`, { method: 'DELETE' })).status).toBe(404);
  });

  test('with an asset that is no script where a script is meant', async () => {
    const picture = await own.script('picture.png');
    const answer = await post({ name: 'Picture', scripts: [{ type: 'once', id: hexOfId(picture.id) }] });
    expect(answer.json.error.details[0].path).toBe('scripts[0].id');
    expect((await post({ name: 'Picture', assets: [{ mdmAssetId: hexOfId(picture.id) }] })).status).toBe(200);
  });
});

test('lists have pages, sorts and filters', async () => {
  const lists = await windowsOrganization(server, 'policy-lists');
  const segment = await lists.segment('Madrid');
  for (const [index, name] of ['Beta', 'alpha 50%', 'Gamma'].entries()) {
    server.advance(1_000);
    await lists.policy(name, {}, undefined, { segment: index === 2 ? segment : 0 });
  }
  const names = async (query: string) => {
    const { json } = await lists.send(`${base}?${query}`);
    return json.data.items.map(({ name }: { name: string }) => name);
  };
  expect(await names('')).toEqual(['Beta', 'alpha 50%', 'Gamma']);
  expect(await names('sort=createdAt:desc&limit=2')).toEqual(['Gamma', 'alpha 50%']);
  expect(await names('sort=createdAt:desc&limit=2&page=2')).toEqual(['Beta']);
  expect(await names('search=ALPHA')).toEqual(['alpha 50%']);
  expect(await names('name=%25')).toEqual(['alpha 50%']);
  expect(await names('name=_')).toEqual([]);
  expect(await names(`segmentId=${segment}`)).toEqual(['Gamma']);
  expect(await names(`segmentId=0`)).toEqual(['Beta', 'alpha 50%']);
  expect((await lists.send(`${base}?sort=config`)).status).toBe(400);
  expect((await lists.send(`${base}?limit=500`)).json.data).toMatchObject({ totalDocs: 3, limit: 500 });
});

test('a policy that is assigned while it is deleted ends up in one of the two states', async () => {
  for (let round = 0; round < 5; round++) {
    const policy = hexOfId((await own.policy(`Raced ${round}`)).id);
    const device = hexOfId((await own.device()).id);
    const [assigned, removed] = await Promise.all([
      own.put(`/devices/${device}`, { winPolicyId: policy }),
      own.send(`${base}/${policy}`, { method: 'DELETE' }),
    ]);
    expect([`${assigned.status} ${removed.status}`]).toContainEqual(
      expect.stringMatching(/^(200 409|400 200)$/),
    );
    const { winPolicy } = (await own.send(`/windows/enterprise/devices/${device}`)).json.data;
    expect(winPolicy?.id).toBe(assigned.status === 200 ? policy : undefined);
  }
});

function idOf(hex: string) {
  return parseHexId(hex)!;
}
