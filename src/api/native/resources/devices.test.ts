import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { createDevice, type Device, type NewDevice } from '../../../devices/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { setDeviceAssignments } from '../../../policies/assignments.ts';
import { createPolicy, deviceConfigurations } from '../../../policies/index.ts';
import { allPermissions, type Permission } from '../../../tenancy/index.ts';

let server: TestServer;
let own: WindowsOrganization;
let other: WindowsOrganization;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'own');
  other = await windowsOrganization(server, 'other');
});
afterAll(() => server[Symbol.asyncDispose]());

const get = (path: string, { tenant }: WindowsOrganization = own) =>
  server.send({
    url: `/api/v1/organizations/${tenant.organization.slug}/devices${path}`,
    token: tenant.token,
  });
const getWith = async (permissions: readonly Permission[], path: string) => {
  const token = await server.addToken(own.tenant, permissions);
  return server.send({ url: `/api/v1/organizations/own/devices${path}`, token });
};
const idsOf = ({ json }: { json: { items: { id: string }[] } }) => json.items.map(({ id }) => id);
const apple = (input: Omit<NewDevice, 'platform'>, of = own): Promise<Device> =>
  of.change((context) => createDevice(context, { platform: 'apple', ...input }));

test('both platforms are shown in one shape, with what is not known as null', async () => {
  const user = await own.user('ann@example.com');
  const segment = await own.segment('Madrid');
  const enrolledAt = new Date('2026-02-01T00:00:00.000Z');
  const mac = await apple({
    displayName: 'Mac of Ann',
    tags: ['design'],
    user: { id: user.id, email: user.email },
    segment,
    serialNumber: 'C02SHAPE',
    imei: '356938035643809',
    summary: {
      name: 'anns-mac',
      os: 'macOS',
      osVersion: '15.3',
      osVersionName: 'Sequoia',
      battery: '85%',
      supervised: true,
      compliance: { compliant: false },
    },
    config: { secretive: 'inventory' },
    enrolledAt,
    lastStatusReportAt: server.now(),
  });
  const pc = await own.device({ tags: ['shape'] });
  const now = server.now().toISOString();
  const shown = {
    id: mac.id,
    platform: 'apple',
    subType: 'device',
    state: 'ACTIVE',
    displayName: 'Mac of Ann',
    name: 'anns-mac',
    tags: ['design'],
    user: { id: user.id, email: 'ann@example.com' },
    segment,
    serialNumber: 'C02SHAPE',
    imei: '356938035643809',
    os: { name: 'macOS', version: '15.3', versionName: 'Sequoia' },
    battery: '85%',
    compliant: false,
    supervised: true,
    enrolledAt: enrolledAt.toISOString(),
    lastSeenAt: now,
    createdAt: now,
    updatedAt: now,
  };
  expect((await get('?tag=design')).json).toEqual({ items: [shown], next: null });
  expect((await get('?tag=shape')).json.items).toEqual([
    {
      ...shown,
      id: pc.id,
      platform: 'windows',
      displayName: null,
      name: null,
      tags: ['shape'],
      user: null,
      segment: 0,
      serialNumber: null,
      imei: null,
      os: { name: null, version: null, versionName: null },
      battery: null,
      compliant: null,
      supervised: null,
      enrolledAt: null,
      lastSeenAt: null,
    },
  ]);
  for (const name of [mac.id, mac.id.toUpperCase(), hexOfId(mac.id), 'C02SHAPE', '356938035643809']) {
    const answer = await get(`/${name}`);
    expect(answer, name).toMatchObject({ status: 200, headers: { etag: 'W/"1"' } });
    expect(answer.json).toEqual({ ...shown, assignedPolicies: [] });
  }
});

test('a device has its own policies, the strongest first', async () => {
  const policies = {
    weak: await own.policy('Weak'),
    strong: await own.policy('Strong'),
    first: await own.policy('First'),
  };
  const device = await own.device();
  await own.put(`/devices/${hexOfId(device.id)}`, {
    winPolicyId: hexOfId(policies.first.id),
    winPolicyAssignments: [
      { winPolicyId: hexOfId(policies.weak.id), priority: 20 },
      { winPolicyId: hexOfId(policies.strong.id), priority: 10 },
    ],
  });
  const { json } = await get(`/${device.id}`);
  const common = { kind: 'winPolicy', version: 1 };
  expect(json.assignedPolicies).toEqual([
    { id: policies.first.id, name: 'First', ...common, assignment: 'primary', priority: null },
    { id: policies.strong.id, name: 'Strong', ...common, assignment: 'direct', priority: 10 },
    { id: policies.weak.id, name: 'Weak', ...common, assignment: 'direct', priority: 20 },
  ]);
});

test('policies of other families are shown too', async () => {
  const mac = await apple({});
  const { id } = await own.change(async (context) => {
    const policy = await createPolicy(context, deviceConfigurations, {
      kind: 'macOSGeneralDeviceConfiguration',
      name: 'Mac',
      document: {},
    });
    const primary = { id: policy.id, path: 'policy' };
    await setDeviceAssignments(context, deviceConfigurations, mac.id, [], { primary });
    return policy;
  });
  const { json } = await get(`/${mac.id}`);
  expect(json.assignedPolicies).toMatchObject([{ id, kind: 'macOSGeneralDeviceConfiguration' }]);
});

test('the list is filtered, and deleted devices are in it only when they are asked for', async () => {
  const of = await windowsOrganization(server, 'filters');
  const user = await of.user('bob@example.com');
  const segment = await of.segment('Paris');
  const pc = await of.device({ displayName: 'Till 7', tags: ['shop', 'till'], segment });
  const mac = await apple({ serialNumber: 'C02TILL', user: { id: user.id, email: user.email } }, of);
  const gone = await of.device({ tags: ['shop'] });
  await of.send(`/windows/enterprise/devices/${hexOfId(gone.id)}`, { method: 'DELETE' });
  const cases: [query: string, expected: Device[]][] = [
    ['', [pc, mac]],
    ['?platform=windows', [pc]],
    ['?platform=apple', [mac]],
    ['?state=ACTIVE', [pc, mac]],
    ['?state=DELETED', [gone]],
    ['?tag=shop', [pc]],
    ['?tag=till&tag=none', [pc]],
    ['?tag=none', []],
    [`?userId=${user.id}`, [mac]],
    [`?userId=${hexOfId(user.id)}`, [mac]],
    [`?userId=${pc.id}`, []],
    [`?segment=${segment}`, [pc]],
    ['?segment=0', [mac]],
    ['?segment=99', []],
    ['?search=TILL', [pc, mac]],
    ['?search=bob%40', [mac]],
    ['?search=till&platform=windows', [pc]],
  ];
  for (const [query, expected] of cases) {
    expect(idsOf(await get(query, of)), query).toEqual(expected.map(({ id }) => id));
  }
  expect((await get(`/${gone.id}`, of)).json).toMatchObject({ state: 'DELETED', assignedPolicies: [] });
  for (const [query, path] of [
    ['platform=android', 'platform'],
    ['state=active', 'state'],
    ['segment=x', 'segment'],
    ['segment=99999999999', 'segment'],
    ['userId=bob', 'userId'],
    ['sort=name', 'sort'],
    ['after=x', 'after'],
    ['limit=0', 'limit'],
  ]) {
    const answer = await get(`?${query}`, of);
    expect(answer, query).toMatchObject({ status: 400, json: { code: 'invalidInput' } });
    expect(answer.json.violations).toContainEqual({ path, message: expect.any(String) });
  }
});

test('pages have each device once, in two statements however many there are', async () => {
  const of = await windowsOrganization(server, 'pages');
  const user = await of.user('eve@example.com');
  const devices = [];
  for (let count = 0; count < 5; count++) {
    devices.push(await of.device({ user: { id: user.id, email: user.email } }));
  }
  const walked: string[] = [];
  for (let next: string | null = '0'; next !== null;) {
    const page = await get(`?limit=2&after=${next}`, of);
    walked.push(...idsOf(page));
    next = page.json.next;
  }
  expect(walked).toEqual(devices.map(({ id }) => id));
  server.takeStatements();
  await get('', of);
  expect(server.takeStatements().filter((text) => /"(devices|directory|policies)_/.test(text))).toHaveLength(
    2,
  );
});

test('a serial number names the newest device, an id that device', async () => {
  const windows = await own.device({ serialNumber: 'TWICE' });
  const mac = await apple({ serialNumber: 'TWICE' });
  const named = await own.device({ serialNumber: windows.id });
  expect((await get('/TWICE')).json.id).toBe(mac.id);
  expect((await get(`/${windows.id}`)).json.id).toBe(windows.id);
  expect((await get(`/${named.id}`)).json.id).toBe(named.id);
});

test('devices of another organization, and names of none, are not found', async () => {
  const device = await other.device({ serialNumber: 'OTHERS' });
  for (const name of [device.id, hexOfId(device.id), 'OTHERS', 'nothing', '0', '%20']) {
    for (const path of [`/${name}`, `/${name}/timeline`]) {
      expect(await get(path), path).toMatchObject({ status: 404, json: { code: 'notFound' } });
    }
  }
  expect((await get('?search=OTHERS')).json.items).toEqual([]);
  expect((await get('/OTHERS', other)).status).toBe(200);
  expect(await get(`/${'x'.repeat(129)}`)).toMatchObject({ status: 400, json: { code: 'invalidInput' } });
});

test('devices need the permissions of both platforms', async () => {
  const { id } = await own.device();
  for (const path of ['', `/${id}`, `/${id}/timeline`]) {
    const both = ['windows.device.read', 'apple.device.read'] as const;
    expect((await getWith(both, path)).status).toBe(200);
    for (const missing of both) {
      const others = allPermissions.filter((permission) => permission !== missing);
      expect(await getWith(others, path)).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    }
  }
});
