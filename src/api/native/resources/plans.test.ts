import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestRequest, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { sql } from '../../../database/index.ts';
import { createDevice, type Device, type NewDevice } from '../../../devices/index.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import { createPolicy, deviceConfigurations, type Policy } from '../../../policies/index.ts';
import { allPermissions, type Permission } from '../../../tenancy/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Change {
  readonly method: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

let made = 0;

/** An organization, and its plans over HTTP. */
async function planner() {
  const own = await windowsOrganization(server, `plans-${++made}`);
  const { organization, token } = own.tenant;
  const native = `/api/v1/organizations/${organization.slug}`;
  const applivery = `/v1/organizations/${organization.slug}/mdm`;
  const send = (request: TestRequest) => server.send({ token, ...request });
  const get = async (path: string) => {
    const answer = await send({ url: native + path });
    expect(answer.status, answer.text).toBe(200);
    return answer.json;
  };
  const plan = (changes: readonly unknown[], as = token) =>
    send({ method: 'POST', url: `${native}/plans`, body: { changes }, token: as });
  const planned = async (...changes: readonly Change[]) => {
    const answer = await plan(changes);
    expect(answer.status, answer.text).toBe(201);
    return answer.json;
  };
  return {
    own,
    native,
    applivery,
    send,
    get,
    plan,
    planned,
    apply: (id: string, as = token) =>
      send({ method: 'POST', url: `${native}/plans/${id}/apply`, token: as }),
    mac: (input: Omit<NewDevice, 'platform'> = {}) => {
      const summary = { os: 'macOS', osVersion: '15.1', supervised: true };
      return own.change((context) => createDevice(context, { platform: 'apple', summary, ...input }));
    },
    configuration: (name: string, document: Policy['document'], kind = 'macOSGeneralDeviceConfiguration') =>
      own.change((context) => createPolicy(context, deviceConfigurations, { kind, name, document })),
    /** What the device has, each value with the name of its policy. */
    async wantedBy(device: Device): Promise<Record<string, [value: unknown, policy: string]>> {
      const { settings } = await get(`/devices/${device.id}/effective-policy`);
      return Object.fromEntries(
        settings.map(({ key, value, winner }: { key: string; value: unknown; winner: Winner }) => [
          key,
          [value, winner.policy.name],
        ]),
      );
    },
  };
}

interface Winner {
  readonly policy: { readonly name: string };
}

/** What each table holds, as a digest. */
async function contents(): Promise<Record<string, string>> {
  const { connection } = server.database;
  const { rows: tables } = await sql<{ name: string }>`select schemaname || '.' || tablename as name
    from pg_tables where schemaname in ('public', 'graphile_worker') order by 1`.execute(connection);
  const digests: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await sql<{ digest: string }>`
      select md5(coalesce(string_agg(row::text, '|' order by row::text), '')) as digest
      from ${sql.table(name)} row`.execute(connection);
    digests[name] = rows[0]!.digest;
  }
  return digests;
}

const config = (name: string) => `./Device/Vendor/MSFT/Policy/Config/${name}`;
const keyOf = (name: string) => config(name).toLowerCase();
const minLength = 'com.apple.mobiledevice.passwordpolicy/minLength';
const configurations = '/v1.0/deviceManagement/deviceConfigurations';
const macType = '#microsoft.graph.macOSGeneralDeviceConfiguration';
const toDevices = { target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } };
const missingId = '019ca945-0a00-8fff-8000-000fffffffff';
const problem = (status: number, code: string, more: object = {}) => ({
  status,
  json: { status, code, ...more },
});
const refusal = (index: number, message: string | RegExp) =>
  problem(400, 'invalidInput', {
    violations: [{ path: `changes[${index}]`, message: expect.stringMatching(message) }],
  });

/** A change of a configuration for Macs. */
const minimum = (id: Id, length: number): Change => ({
  method: 'PATCH',
  url: `${configurations}/${id}`,
  body: { '@odata.type': macType, passwordMinimumLength: length },
});

test('a plan over all three APIs: what it tells is what applying it comes to', async () => {
  const { own, native, applivery, send, get, plan, apply, mac, wantedBy } = await planner();
  const pc = await own.device({ displayName: 'PC' });
  const macs = [await mac(), await mac()];
  const baseline = await own.policy('Baseline', { config: { [config('A')]: 1 } });
  const audience = await own.audience('Sales', { deviceGroups: [['sales']] });
  const before = await contents();
  const { status, headers, json } = await plan([
    {
      method: 'post',
      url: configurations,
      body: {
        '@odata.type': macType,
        displayName: 'Passwords',
        passwordRequired: true,
        passwordMinimumLength: 12,
      },
    },
    {
      method: 'POST',
      url: `${configurations}/{changes[0].id}/assign`,
      body: { assignments: [toDevices] },
    },
    {
      method: 'POST',
      url: `${applivery}/automation-rules`,
      body: {
        name: 'Sales',
        deviceAudiences: [hexOfId(audience.id)],
        actions: [{ type: 'policy', platform: 'windows', policyId: hexOfId(baseline.id), priority: 5 }],
      },
    },
    {
      method: 'PUT',
      url: `${applivery}/windows/enterprise/devices/${hexOfId(pc.id)}`,
      body: { tags: ['sales'] },
    },
    { method: 'POST', url: `${native}/groups`, body: { displayName: 'Crew', mailNickname: 'crew' } },
    { method: 'POST', url: `${native}/groups/{changes[4].id}/members`, body: { members: [macs[0]!.id] } },
    { method: 'PUT', url: `${applivery}/automation-rules/{changes[2].id}`, body: { name: 'All sales' } },
    {
      method: 'PUT',
      url: `${applivery}/windows/enterprise/devices/${hexOfId(pc.id)}`,
      body: { displayName: 'Told {changes[2].id}' },
    },
  ]);
  expect({ status, headers }).toMatchObject({
    status: 201,
    headers: { location: `${native}/plans/${json.id}` },
  });
  expect(json).toMatchObject({
    changes: [
      { method: 'POST', url: configurations, status: 201 },
      { status: 200, id: null },
      { status: 200 },
      { status: 200, id: pc.id },
      { status: 201 },
      { status: 204, id: null },
      {
        status: 200,
        id: json.changes[2].id,
        url: `${applivery}/automation-rules/${hexOfId(json.changes[2].id)}`,
      },
      { status: 200 },
    ],
    counts: { devices: 3, settingsAdded: 5, devicesThatCannotTakeAll: 1 },
    createdBy: 'all',
    appliedAt: null,
  });
  const after = await contents();
  const written = Object.keys(after).filter((name) => after[name] !== before[name]);
  // The token keeps when it was used.
  expect(written).toEqual([
    'public.policies_plan',
    'public.policies_plan_device',
    'public.policies_plan_difference',
    'public.tenancy_token',
  ]);
  const told = await get(`/plans/${json.id}/devices`);
  server.advance(1_800_000);
  const between = await send({
    method: 'POST',
    url: `${native}/groups`,
    body: { displayName: 'Between', mailNickname: 'between' },
  });
  server.advance(1_800_000);
  expect(await apply(json.id)).toMatchObject({
    status: 200,
    json: { ...json, appliedAt: server.now().toISOString() },
  });

  const wanted: Record<string, [unknown, string]> = {};
  for (const device of [pc, ...macs]) Object.assign(wanted, await wantedBy(device));
  expect(wanted).toEqual({
    [keyOf('A')]: [1, 'Baseline'],
    [minLength]: [12, 'Passwords'],
    'com.apple.mobiledevice.passwordpolicy/forcePIN': [true, 'Passwords'],
  });
  for (const { device, difference } of told.items) {
    const added = difference.added.map(({ key, value, policy }: Given) => [key, [value, policy.name]]);
    expect(await wantedBy(device), device.id).toEqual(Object.fromEntries(added));
  }
  const [configuration, , rule, , group] = json.changes;
  expect(await send({ url: `${configurations}/${configuration.id}` })).toMatchObject({
    json: { displayName: 'Passwords' },
  });
  const madeRule = await own.send(`/automation-rules/${hexOfId(rule.id)}`);
  expect(madeRule.json.data.name).toBe('All sales');
  expect((await get(`/groups/${group.id}/members`)).items).toMatchObject([{ id: macs[0]!.id }]);
  const named = await own.send(`/windows/enterprise/devices/${hexOfId(pc.id)}`);
  expect(named.json.data.displayName).toBe(`Told ${hexOfId(rule.id)}`);

  const again = await apply(json.id);
  expect(again).toMatchObject(problem(409, 'outdated', { detail: 'The plan has been applied already.' }));
  const events = await get('/audit-events?targetType=plan');
  expect(events.items).toMatchObject([{ action: 'plan.apply', target: { id: json.id } }]);
  // Its things have the ids that the plan told, but what happened is in the order in which it did.
  const log: { at: string; target: { id: string } }[] = (await get('/audit-events')).items;
  const times = log.map(({ at }) => at);
  expect(times).toEqual(times.toSorted().toReversed());
  expect(log.findIndex(({ target }) => target.id === configuration.id)).toBeLessThan(
    log.findIndex(({ target }) => target.id === between.json.id),
  );
});

interface Given {
  readonly key: string;
  readonly value: unknown;
  readonly policy: { readonly name: string };
}

describe('what would become different', () => {
  test('is told per device and once for all to which the same happens, in pages', async () => {
    const { own, get, planned, mac, configuration } = await planner();
    const macs = [await mac(), await mac(), await mac(), await mac()];
    const pcs = [await own.device(), await own.device()];
    const policy = await configuration('Passwords', { passwordRequired: true, passwordMinimumLength: 6 });
    const { id, counts } = await planned({
      method: 'POST',
      url: `${configurations}/${policy.id}/assign`,
      body: { assignments: [toDevices] },
    });
    expect(counts).toMatchObject({ devices: 6, settingsAdded: 8, devicesThatCannotTakeAll: 2 });
    const pages = async (path: string) => {
      const items = [];
      for (let after: string | null = ''; after !== null;) {
        const page: { items: unknown[]; next: string | null } = await get(
          `/plans/${id}/${path}limit=1${after && `&after=${after}`}`,
        );
        items.push(...page.items);
        after = page.next;
      }
      return items as { device: { id: string }; number: number; devices: number; difference: object }[];
    };
    const devices = await pages('devices?');
    const ids = [...macs, ...pcs].map((device) => device.id);
    expect(devices.map(({ device }) => device.id)).toEqual(ids.toSorted());
    const cannot = await pages('devices?cannotTake=true&');
    expect(cannot.map(({ device }) => device.id)).toEqual(pcs.map((pc) => pc.id));
    const differences = await pages('differences?');
    expect(differences.map((item) => item.devices).toSorted()).toEqual([2, 4]);
    for (const { number, difference } of devices) {
      expect(differences[number]).toMatchObject({ number, difference });
    }
    for (const wrong of [
      'devices?limit=0',
      'devices?after=x',
      'differences?after=-1',
      'devices?cannotTake=5',
    ]) {
      await expect(get(`/plans/${id}/${wrong}`), wrong).rejects.toThrow('invalidInput');
    }
  });

  test('is nothing where an audience matches nothing', async () => {
    const { own, applivery, get, planned } = await planner();
    await own.device({ tags: ['sales'] });
    const policy = await own.policy('Nobody', { config: { [config('A')]: 1 } });
    const plan = await planned(
      {
        method: 'POST',
        url: `${applivery}/device-audiences`,
        body: { name: 'Nobody', selectors: { deviceGroups: [['nobody']] } },
      },
      {
        method: 'POST',
        url: `${applivery}/automation-rules`,
        body: {
          name: 'Nobody',
          deviceAudiences: ['{changes[0].id}'],
          actions: [{ type: 'policy', platform: 'windows', policyId: hexOfId(policy.id), priority: 5 }],
        },
      },
    );
    expect(Object.values(plan.counts)).toEqual(Object.keys(plan.counts).map(() => 0));
    for (const part of ['devices', 'differences']) {
      expect(await get(`/plans/${plan.id}/${part}`)).toEqual({ items: [], next: null });
    }
  });

  test('names who loses, who wins instead, and conflicts, new and gone', async () => {
    const { own, get, planned, apply } = await planner();
    const device = await own.device();
    const url = `/v1/organizations/${own.tenant.organization.slug}/mdm/windows/enterprise/devices/${hexOfId(device.id)}`;
    const [a, b] = [
      await own.policy('One', { config: { [config('A')]: 1, [config('Same')]: 1 } }),
      await own.policy('Two', { config: { [config('A')]: 2, [config('Same')]: 1 } }),
    ];
    const give = (...given: (readonly [Policy<object>, number])[]): Change => ({
      method: 'PUT',
      url,
      body: {
        winPolicyAssignments: given.map(([{ id }, priority]) => ({ winPolicyId: hexOfId(id), priority })),
      },
    });
    const differenceOf = async (change: Change) => {
      const { id, counts } = await planned(change);
      const { items } = await get(`/plans/${id}/differences`);
      expect((await apply(id)).status).toBe(200);
      return { counts, ...items[0]?.difference };
    };
    expect(await differenceOf(give([a, 5]))).toMatchObject({ counts: { settingsAdded: 2, newLosers: 0 } });
    expect(await differenceOf(give([a, 5], [b, 9]))).toMatchObject({
      counts: { devices: 1, newLosers: 2, newConflicts: 0 },
      losers: {
        new: [{ key: keyOf('A'), value: 2, policy: { name: 'Two' }, why: 'weaker' }, { why: 'sameValue' }],
      },
    });
    // The same priority twice is no error but a conflict that is told.
    expect(await differenceOf(give([a, 5], [b, 5]))).toMatchObject({
      counts: { devices: 1, newConflicts: 1 },
      conflicts: { new: [{ key: keyOf('A') }], gone: [] },
    });
    expect(await differenceOf(give([a, 9], [b, 5]))).toMatchObject({
      counts: { settingsChanged: 1, settingsHandedOver: 1, conflictsGone: 1 },
      changed: [{ key: keyOf('A'), before: { value: 1 }, after: { value: 2, policy: { name: 'Two' } } }],
      handedOver: [{ key: keyOf('Same'), before: { policy: { name: 'One' } } }],
    });
    expect(await differenceOf(give())).toMatchObject({ counts: { settingsRemoved: 2 } });
    expect(await differenceOf(give())).toEqual({
      counts: expect.objectContaining({ devices: 0, settingsRemoved: 0 }),
    });
  });

  test('names what devices cannot take and why', async () => {
    const { own, get, planned, mac, configuration } = await planner();
    const phone = (supervised: boolean) => mac({ summary: { os: 'iOS', osVersion: '17.0', supervised } });
    const names = new Map([
      [(await own.device()).id, 'PC'],
      [(await mac({ summary: { os: 'macOS', osVersion: '10.10', supervised: true } })).id, 'old Mac'],
      [(await mac({ summary: { os: 'macOS', osVersion: '15.0', supervised: false } })).id, 'Mac'],
      [(await phone(false)).id, 'phone'],
      [(await phone(true)).id, 'supervised phone'],
      [(await mac({ summary: { os: 'tvOS' } })).id, 'television'],
      [(await mac({ summary: {} })).id, 'silent'],
    ]);
    const policies = [
      await configuration('Mac', { screenCaptureBlocked: true, airDropBlocked: true }),
      await configuration('Phone', { appStoreBlocked: true }, 'iosGeneralDeviceConfiguration'),
      await configuration(
        'Windows',
        {
          omaSettings: [
            {
              '@odata.type': '#microsoft.graph.omaSettingInteger',
              displayName: 'A',
              omaUri: config('A'),
              value: 1,
            },
          ],
        },
        'windows10CustomConfiguration',
      ),
    ];
    const { id } = await planned(
      ...policies.map((policy) => ({
        method: 'POST',
        url: `/beta/deviceManagement/deviceConfigurations/${policy.id}/assign`,
        body: { assignments: [toDevices] },
      })),
    );
    const { items } = await get(`/plans/${id}/devices`);
    const reasons = items.map(({ device, difference }: { device: { id: Id }; difference: Difference }) => [
      names.get(device.id),
      difference.cannotTake.map(({ policy, key, reason }) => [policy.name, key, reason]),
    ]);
    const whole = (policy: string, runs: string) => [
      policy,
      null,
      `The policy is for ${policySystem[policy]}; the device runs ${runs}.`,
    ];
    const policySystem: Record<string, string> = { Mac: 'macOS', Phone: 'iOS', Windows: 'Windows' };
    const nothingAtAll = ['Mac', 'Phone', 'Windows'].map((policy) => [
      policy,
      null,
      'No policies can be delivered to the operating system of the device, or it has not told which it is.',
    ]);
    expect(Object.fromEntries(reasons)).toEqual({
      PC: [whole('Mac', 'Windows'), whole('Phone', 'Windows')],
      'old Mac': [
        whole('Phone', 'macOS'),
        whole('Windows', 'macOS'),
        ['Mac', 'com.apple.applicationaccess/allowAirDrop', 'It needs macOS 10.13; the device has 10.10.'],
        [
          'Mac',
          'com.apple.applicationaccess/allowScreenShot',
          'It needs macOS 10.14.4; the device has 10.10.',
        ],
      ],
      Mac: [whole('Phone', 'macOS'), whole('Windows', 'macOS')],
      phone: [
        whole('Mac', 'iOS'),
        whole('Windows', 'iOS'),
        [
          'Phone',
          'com.apple.applicationaccess/allowAppInstallation',
          'It needs a supervised device, and this one is not.',
        ],
      ],
      'supervised phone': [whole('Mac', 'iOS'), whole('Windows', 'iOS')],
      television: nothingAtAll,
      silent: nothingAtAll,
    });
  });
});

interface Difference {
  readonly cannotTake: {
    readonly policy: { readonly name: string };
    readonly key: string | null;
    readonly reason: string;
  }[];
}

describe('a plan is outdated', () => {
  test('by a change of what it changes, whoever made it, and nothing of it is done', async () => {
    const { own, native, send, planned, apply, configuration, get, mac, wantedBy } = await planner();
    const policy = await configuration('Passwords', { passwordRequired: true, passwordMinimumLength: 6 });
    const device = await mac();
    await send({
      method: 'POST',
      url: `${configurations}/${policy.id}/assign`,
      body: { assignments: [toDevices] },
    });
    const group = {
      method: 'POST',
      url: `${native}/groups`,
      body: { displayName: 'New', mailNickname: 'new' },
    };
    for (const other of [
      minimum(policy.id, 7),
      { ...minimum(policy.id, 0), body: { '@odata.type': macType, passwordBlockSimple: true } },
      { ...minimum(policy.id, 0), body: { '@odata.type': macType, displayName: 'Other' } },
      { method: 'POST', url: `${configurations}/${policy.id}/assign`, body: { assignments: [] } },
      { method: 'DELETE', url: `${configurations}/${policy.id}` },
    ]) {
      const { id } = await planned(group, minimum(policy.id, 12));
      const { status } = await send(other as TestRequest);
      expect(status, JSON.stringify(other)).toBeLessThan(300);
      const before = await contents();
      expect(await apply(id), JSON.stringify(other)).toMatchObject(problem(409, 'outdated'));
      expect({ ...(await contents()), 'public.tenancy_token': '' }).toEqual({
        ...before,
        'public.tenancy_token': '',
      });
      expect((await get('/groups')).items).toEqual([]);
    }
    expect(await wantedBy(device)).toEqual({});
  });

  test('by a tag that decides who gets it, not by one that does not, nor by what is unrelated', async () => {
    const { own, native, send, planned, apply, configuration, wantedBy } = await planner();
    const [device, other] = [await own.device({ tags: ['sales'] }), await own.device()];
    const policy = await own.policy('Sales', { config: { [config('A')]: 1 } });
    const audience = await own.audience('Sales', { deviceGroups: [['sales']] });
    const rule = {
      name: 'Sales',
      deviceAudiences: [hexOfId(audience.id)],
      actions: [{ type: 'policy', platform: 'windows', policyId: hexOfId(policy.id), priority: 5 }],
    };
    const change = {
      method: 'POST',
      url: `/v1/organizations/${own.tenant.organization.slug}/mdm/automation-rules`,
      body: rule,
    };
    const tag = async (id: Id, ...tags: string[]) =>
      expect((await own.put(`/devices/${hexOfId(id)}`, { tags })).status).toBe(200);
    const outdated = await planned(change);
    await tag(other.id, 'sales');
    expect(await apply(outdated.id)).toMatchObject(problem(409, 'outdated'));
    expect((await own.send('/automation-rules')).json.data.totalDocs).toBe(0);

    const fitting = await planned(change);
    expect(fitting.counts.devices).toBe(2);
    await tag(device.id, 'sales', 'night');
    await configuration('Unrelated', {});
    await send({
      method: 'POST',
      url: `${native}/groups`,
      body: { displayName: 'New', mailNickname: 'new' },
    });
    expect((await apply(fitting.id)).status).toBe(200);
    for (const of of [device, other]) expect(await wantedBy(of)).toEqual({ [keyOf('A')]: [1, 'Sales'] });
  });

  test('by an operating system that can take less or more of it, not by one that takes the same', async () => {
    const { get, planned, apply, mac, configuration } = await planner();
    const devices = [await mac(), await mac()];
    const policy = await configuration('Screen', { screenCaptureBlocked: true });
    const change = {
      method: 'POST',
      url: `${configurations}/${policy.id}/assign`,
      body: { assignments: [toDevices] },
    };
    const updateTo = (osVersion: string) =>
      sql`update devices_device set summary = summary || jsonb_build_object('osVersion', ${osVersion}::text)
        where id = ${devices[0]!.id}`.execute(server.database.connection);
    const outdated = await planned(change);
    await updateTo('10.10');
    expect(await apply(outdated.id)).toMatchObject(problem(409, 'outdated'));

    await updateTo('15.2');
    const fitting = await planned(change);
    expect((await get(`/plans/${fitting.id}/differences`)).items).toMatchObject([{ devices: 2 }]);
    await updateTo('15.3');
    expect((await apply(fitting.id)).status).toBe(200);
  });

  test('after a day', async () => {
    const { planned, apply, configuration, get } = await planner();
    const policy = await configuration('Passwords', {});
    const { id } = await planned(minimum(policy.id, 12));
    server.advance(24 * 3_600_000 + 1);
    expect(await apply(id)).toMatchObject(
      problem(409, 'outdated', { detail: 'The plan has expired. Make it again.' }),
    );
    const next = await planned(minimum(policy.id, 12));
    expect((await get('/plans')).items.map((item: { id: string }) => item.id)).toEqual([next.id]);
  });
});

describe('refused', () => {
  test('a change that its API refuses, with its place and what the API says', async () => {
    const { own, native, applivery, plan, configuration } = await planner();
    const policy = await configuration('Passwords', {});
    const fine = minimum(policy.id, 12);
    for (const [change, message] of [
      [
        { ...fine, body: { '@odata.type': macType, passwordMinimumLength: 'x' } },
        /would be answered with 400: .*passwordMinimumLength/,
      ],
      [
        { ...fine, url: `${configurations}/${missingId}` },
        new RegExp(`would be answered with 404: .*${missingId}`),
      ],
      [{ ...fine, headers: { 'If-Match': 'W/"7"' } }, /would be answered with 412/],
      [{ method: 'POST', url: `${native}/groups`, body: {} }, /400: displayName: .*required/],
      [
        { method: 'POST', url: `${native}/groups`, body: { '{x': 1, displayName: 'x', mailNickname: 'x' } },
        /400: /,
      ],
      [
        {
          method: 'POST',
          url: `${applivery}/automation-rules`,
          body: { name: 'x', deviceAudiences: [missingId], actions: [] },
        },
        /400: deviceAudiences\[0\]: .* \(and 1 more\)$/,
      ],
      [{ method: 'DELETE', url: `${applivery}/users/${hexOfId(missingId as Id)}` }, /404: .*does not exist/],
      [
        { method: 'PATCH', url: `${configurations}/${policy.id}`, body: { '@odata.type': macType, '{x': 1 } },
        /400: /,
      ],
      [{ method: 'POST', url: '/v1.0/groups', body: { '{x': 1 } }, /400: /],
      [{ method: 'POST', url: `/v1.0/{x`, body: { '{x': 1 } }, /40.: /],
      [{ method: 'PUT', url: `${native}/groups`, body: {} }, /405: /],
      [{ method: 'POST', url: `/healthz` }, /404: /],
      [{ method: 'POST', url: `/` }, /404: /],
    ] as const) {
      expect(await plan([fine, change]), JSON.stringify(change)).toMatchObject(refusal(1, message));
    }
  });

  test('tokens, applications, plans and batches within a plan, however they are spelled', async () => {
    const { native, plan, get, own } = await planner();
    const slug = own.tenant.organization.slug;
    const token = { serviceAccount: 'x', permissions: ['windows.device.read'] };
    const urls = [
      `${native}/tokens`,
      `${native}//tokens/`,
      `//api//v1//organizations//${slug}//tokens`,
      `/api/v1/organizations/${slug}/%74okens`,
      `/%61pi/v1/organizations/${slug}/tokens`,
      `/%61pi/%76%31/%6frganizations/${slug}/t%6fkens?x=1#y`,
      `${native}/tokens?plans`,
      `/api/v1/organizations/${own.tenant.organization.id}/tokens`,
      `/api/v1/organizations/${own.tenant.hexId.toUpperCase()}/tokens`,
      `${native}/TOKENS`,
      `${native}/tokens;x=1`,
      `${native}/./tokens`,
      `${native}/groups/../tokens`,
      `${native}/groups/%2e%2e/tokens`,
      `${native}%2ftokens`,
    ];
    const tokens = async () => (await get('/tokens')).items.map((item: { id: string }) => item.id);
    const before = await tokens();
    for (const url of urls) {
      const answer = await plan([{ method: 'POST', url, body: token }]);
      expect(answer.status, `${url} ${answer.text}`).toBe(400);
    }
    for (const url of [`${native}/applications`, `${native}/%61pplications`]) {
      expect(
        (await plan([{ method: 'POST', url, body: { name: 'x', permissions: token.permissions } }])).status,
        url,
      ).toBe(400);
    }
    const inner = { changes: [{ method: 'POST', url: `${native}/groups`, body: {} }] };
    for (const url of [
      `${native}/plans`,
      `${native}/%70lans`,
      `${native}/plans/${missingId}/apply`,
      `${native}/p%6cans/${missingId}/apply`,
    ]) {
      expect((await plan([{ method: 'POST', url, body: inner }])).status, url).toBe(400);
    }
    const batch = {
      requests: [
        {
          id: '1',
          method: 'POST',
          url: '/groups',
          body: { displayName: 'x', mailNickname: 'x', mailEnabled: false, securityEnabled: true },
        },
      ],
    };
    for (const url of [
      '/v1.0/$batch',
      '/beta/%24batch',
      '/v1.0//$batch/',
      '/v1.0/$BATCH',
      '/v1.0/$batch?x',
      `/v1.0/deviceManagement/$batch`,
      `/V1.0/$batch`,
    ]) {
      expect((await plan([{ method: 'POST', url, body: batch }])).status, url).toBe(400);
    }
    expect(await tokens()).toEqual(before);
    expect((await get('/groups')).items).toEqual([]);
    expect((await get('/plans')).items).toEqual([]);
  });

  test('what is no list of at most 100 changes', async () => {
    const { native, send, plan, configuration, get } = await planner();
    const policy = await configuration('Passwords', {});
    const fine = minimum(policy.id, 12);
    const wrong: [changes: unknown, path: string][] = [
      [[], 'changes'],
      [Array.from({ length: 101 }, () => fine), 'changes'],
      [{}, 'changes'],
      [[null], 'changes[0]'],
      [[{ ...fine, method: 'GET' }], 'changes[0].method'],
      [[fine, { ...fine, method: 'OPTIONS' }], 'changes[1].method'],
      [[{ ...fine, method: '' }], 'changes[0].method'],
      [[{ ...fine, url: 'https://localhost:8443/v1.0/groups' }], 'changes[0].url'],
      [[{ ...fine, url: `/${'x'.repeat(4_096)}` }], 'changes[0].url'],
      [[{ ...fine, url: '/v1.0/groups\0' }], 'changes[0].url'],
      [[{ ...fine, header: { 'If-Match': 'W/"1"' } }], 'changes[0].header'],
      [[{ ...fine, headers: { 'if-match': 'W/"1"' } }], 'changes[0].headers.if-match'],
      [[{ ...fine, headers: { Authorization: 'Bearer x' } }], 'changes[0].headers.Authorization'],
      [[{ ...fine, body: { displayName: 'a\0b' } }], 'changes[0].body.displayName'],
      [[{ ...fine, body: { displayName: '\ud800' } }], 'changes[0].body.displayName'],
    ];
    for (const [changes, path] of wrong) {
      const answer = await send({ method: 'POST', url: `${native}/plans`, body: { changes } });
      expect(answer, path).toMatchObject(problem(400, 'invalidInput', { violations: [{ path }] }));
    }
    const texts = [
      `{"changes": [{"method": "POST", "url": "/v1.0/groups", "body": {"__proto__": {"displayName": "x"}}}]}`,
      `{"changes": [{"method": "POST", "url": "/v1.0/groups", "body": {"n": 1e400}}]}`,
      `{"changes": [{"method": "POST", "url": "/v1.0/groups", "body": {"n": 123456789012345678901234567890}}]}`,
      `{"changes": [{"method": "POST", "url": "/v1.0/groups", "body": ${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`,
      `{"changes": [{"method": "POST", "url": "/v1.0/groups", "body": ${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}]}`,
    ];
    for (const body of texts) {
      expect((await send({ method: 'POST', url: `${native}/plans`, body })).status, body.slice(0, 80)).toBe(
        400,
      );
    }
    const large = { changes: [{ ...fine, body: { displayName: 'x'.repeat(4 * 1024 * 1024) } }] };
    expect(await send({ method: 'POST', url: `${native}/plans`, body: large })).toMatchObject(
      problem(413, 'payloadTooLarge'),
    );
    expect((await get('/plans')).items).toEqual([]);
    expect((await plan(Array.from({ length: 100 }, () => fine))).status).toBe(201);
  });

  test('a placeholder that names no earlier change with an id', async () => {
    const { native, plan, planned } = await planner();
    const group = { method: 'POST', url: `${native}/groups`, body: { displayName: 'x', mailNickname: 'x' } };
    for (const number of [1, 2, 9999]) {
      const name = `{changes[${number}].id}`;
      const message = `${name} must name an earlier change that creates something`;
      const inBody = { ...group, body: { ...group.body, displayName: `a${name}` } };
      const inUrl = { method: 'DELETE', url: `${native}/groups/${name}` };
      for (const change of [inBody, inUrl]) {
        expect(await plan([group, change]), name).toMatchObject(
          problem(400, 'invalidInput', { violations: [{ path: 'changes[1]', message }] }),
        );
      }
    }
    const gone = { method: 'DELETE', url: `${native}/groups/{changes[0].id}` };
    expect(await plan([group, gone, { ...gone, url: gone.url.replace('0', '1') }])).toMatchObject(
      refusal(2, /earlier/),
    );
    for (const name of ['{changes[-1].id}', '{changes[0].name}', '{changes[x].id}', '{changes[99999].id}']) {
      expect((await plan([group, { ...gone, url: `${native}/groups/${name}` }])).status, name).toBe(400);
    }
    const kept = await planned(group, gone);
    expect(kept.changes[1].url).toBe(`${native}/groups/${kept.changes[0].id}`);
  });

  test("another organization's plan, and another organization's things", async () => {
    const [mine, theirs] = [await planner(), await planner()];
    const policy = await theirs.configuration('Theirs', { passwordMinimumLength: 6 });
    const { id } = await theirs.planned(minimum(policy.id, 12));
    for (const name of [id, hexOfId(id), missingId, 'x', '%00']) {
      for (const path of ['', '/devices', '/differences']) {
        const answer = await mine.send({ url: `${mine.native}/plans/${name}${path}` });
        expect([400, 404], `${name}${path}`).toContain(answer.status);
      }
      expect([400, 404], name).toContain((await mine.apply(name)).status);
      const across = await mine.send({ method: 'POST', url: `${theirs.native}/plans/${name}/apply` });
      expect([400, 404], name).toContain(across.status);
    }
    expect(await mine.plan([minimum(policy.id, 12)])).toMatchObject(refusal(0, /404/));
    for (const url of [`${theirs.native}/groups`, `${theirs.applivery}/device-audiences`]) {
      const body = { displayName: 'x', mailNickname: 'x', name: 'x' };
      expect(await mine.plan([{ method: 'POST', url, body }]), url).toMatchObject(refusal(0, /404/));
    }
    expect((await theirs.apply(id)).status).toBe(200);
  });

  test('to who lacks a permission, of plans or of a change: 403, when it is made and when it is applied', async () => {
    const { own, native, plan, planned, apply, configuration, get } = await planner();
    const policy = await configuration('Passwords', {});
    const without = (permission: Permission) =>
      server.addToken(
        own.tenant,
        allPermissions.filter((name) => name !== permission),
      );
    const changes = [
      { method: 'POST', url: `${native}/groups`, body: { displayName: 'x', mailNickname: 'x' } },
      minimum(policy.id, 12),
    ];
    const { id } = await planned(...changes);
    for (const permission of ['windows.device.read', 'apple.device.read', 'group.read'] as const) {
      const token = await without(permission);
      for (const answer of [await plan(changes, token), await apply(id, token)]) {
        expect(answer, permission).toMatchObject(problem(403, 'forbidden', { violations: [] }));
      }
    }
    const token = await without('deviceConfiguration.update');
    const before = await contents();
    for (const answer of [await plan(changes, token), await apply(id, token)]) {
      expect(answer).toMatchObject(
        problem(403, 'forbidden', {
          violations: [
            {
              path: 'changes[1]',
              message: expect.stringContaining('DeviceManagementConfiguration.ReadWrite.All'),
            },
          ],
        }),
      );
    }
    expect({ ...(await contents()), 'public.tenancy_token': '' }).toEqual({
      ...before,
      'public.tenancy_token': '',
    });
    expect((await get(`/plans/${id}`)).appliedAt).toBeNull();
    expect((await apply(id)).status).toBe(200);
  });

  test('while an earlier change is worked out', async () => {
    const { own, get, plan, apply, planned, configuration, send } = await planner();
    for (let count = 0; count < 201; count++) await own.device();
    const policy = await configuration('Passwords', {});
    const { id } = await planned(minimum(policy.id, 12));
    await send({
      method: 'POST',
      url: `${configurations}/${policy.id}/assign`,
      body: { assignments: [toDevices] },
    });
    const [running] = (await get('/recalculations')).items;
    expect(running).toMatchObject({ status: 'running', devices: { total: 201, done: 0 }, startedBy: 'all' });
    const busy = problem(409, 'outdated', { detail: expect.stringContaining(running.id) });
    expect(await plan([minimum(policy.id, 12)])).toMatchObject(busy);
    expect(await apply(id)).toMatchObject(busy);
    await server.runJobs();
    expect(await get(`/recalculations/${running.id}`)).toMatchObject({
      status: 'finished',
      devices: { total: 201, done: 201 },
    });
    // By now it would come to something else.
    expect(await apply(id)).toMatchObject(problem(409, 'outdated'));
    expect((await plan([minimum(policy.id, 12)])).json.counts.devices).toBe(0);
  });
});

describe('a policy in use is deleted by force', () => {
  test('as a plan that takes it from devices and rules', async () => {
    const { own, native, send, get, apply, wantedBy } = await planner();
    const policy = await own.policy('Sales', { config: { [config('A')]: 1 } });
    const next = await own.policy('Next', { config: { [config('A')]: 2 } });
    const [primary, direct, tagged] = [
      await own.device(),
      await own.device(),
      await own.device({ tags: ['sales'] }),
    ];
    const winPolicyId = hexOfId(policy.id);
    await own.put(`/devices/${hexOfId(primary.id)}`, { winPolicyId });
    await own.put(`/devices/${hexOfId(direct.id)}`, {
      winPolicyAssignments: [
        { winPolicyId, priority: 1 },
        { winPolicyId: hexOfId(next.id), priority: 2 },
      ],
    });
    const audience = await own.audience('Sales', { deviceGroups: [['sales']] });
    const rule = await own.rule('Sales', {
      audienceIds: [audience.id],
      actions: [{ policyId: policy.id, platform: 'windows', priority: 5 }],
    });
    const url = `${native}/policies/${policy.id}`;
    const remove = (query = '', ifMatch?: string, of = url) =>
      send({ method: 'DELETE', url: of + query, ...(ifMatch && { headers: { 'if-match': ifMatch } }) });
    expect(await remove()).toMatchObject(
      problem(409, 'inUse', { detail: expect.stringContaining('is assigned to 2 devices') }),
    );
    expect((await remove()).json.detail).toContain("given by 1 automation rule ('Sales')");
    expect(await remove('?force=maybe')).toMatchObject(problem(400, 'invalidInput'));
    expect(await remove('?force=true', 'W/"7"')).toMatchObject(problem(412, 'preconditionFailed'));
    for (const id of [missingId, 'x', '%3fx', 'x%2frollback', '%7bchanges%5b0%5d.id%7d']) {
      const answer = await remove('?force=true', undefined, `${native}/policies/${id}`);
      expect(answer, id).toMatchObject(problem(404, 'notFound'));
    }
    const answer = await remove('?force=true', 'W/"1"');
    expect(answer).toMatchObject({
      status: 200,
      json: {
        changes: [{ method: 'DELETE', url: `${url}?force=true`, status: 204, id: null }],
        counts: { devices: 3, settingsRemoved: 2, settingsChanged: 1 },
        appliedAt: null,
      },
    });
    expect((await send({ url })).status).toBe(200);
    expect(await wantedBy(primary)).toEqual({ [keyOf('A')]: [1, 'Sales'] });
    expect((await apply(answer.json.id)).status).toBe(200);
    expect((await send({ url })).status).toBe(404);
    expect(await remove('?force=true')).toMatchObject(problem(404, 'notFound'));
    expect(await wantedBy(primary)).toEqual({});
    expect(await wantedBy(direct)).toEqual({ [keyOf('A')]: [2, 'Next'] });
    expect(await wantedBy(tagged)).toEqual({});
    // The rule is left with nothing to give, and can still be changed.
    const ruleUrl = `/automation-rules/${hexOfId(rule.id)}`;
    expect((await own.send(ruleUrl)).json.data.actions).toEqual([]);
    const disabled = await own.send(ruleUrl, { method: 'PUT', body: { enabled: false } });
    expect(disabled.json.data).toMatchObject({ enabled: false, actions: [] });
    expect((await own.send(ruleUrl, { method: 'PUT', body: { actions: [] } })).status).toBe(400);
    const { items } = await get(`/audit-events?targetId=${policy.id}`);
    expect(items[0]).toMatchObject({
      action: 'windows.policy.remove',
      before: { devices: expect.arrayContaining([primary.id, direct.id]), rules: [rule.id] },
    });
  });

  test('needs the permissions of plans and of the policy', async () => {
    const { own, native, send } = await planner();
    const policy = await own.policy('Sales');
    const remove = async (...permissions: Permission[]) => {
      const token = await server.addToken(own.tenant, ['organization.read', ...permissions]);
      return send({ method: 'DELETE', url: `${native}/policies/${policy.id}?force=true`, token });
    };
    const planning = [
      'windows.device.read',
      'apple.device.read',
      'windows.policy.read',
      'deviceConfiguration.read',
      'group.read',
    ] as const;
    expect(await remove('windows.policy.remove')).toMatchObject(problem(403, 'forbidden'));
    expect(await remove(...planning)).toMatchObject(problem(403, 'forbidden'));
    expect(await remove(...planning, 'deviceConfiguration.remove')).toMatchObject(problem(403, 'forbidden'));
    expect((await remove(...planning, 'windows.policy.remove')).status).toBe(200);
  });
});

describe('at once', () => {
  test('of two who apply a plan, one does', async () => {
    const { planned, apply, configuration, get } = await planner();
    const policy = await configuration('Passwords', {});
    const { id } = await planned(minimum(policy.id, 12));
    const answers = await Promise.all([1, 2, 3, 4].map(() => apply(id)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
    expect((await get(`/policies/${policy.id}`)).version).toBe(2);
  });

  test('of plans of one policy, one is applied, and a change of the policy comes before it or behind', async () => {
    const { planned, apply, configuration, get, send, mac, wantedBy } = await planner();
    const device = await mac();
    const policy = await configuration('Passwords', { passwordRequired: true, passwordMinimumLength: 4 });
    await send({
      method: 'POST',
      url: `${configurations}/${policy.id}/assign`,
      body: { assignments: [toDevices] },
    });
    for (let round = 0; round < 6; round++) {
      const plans = [await planned(minimum(policy.id, 10)), await planned(minimum(policy.id, 11))];
      const [change, ...applied] = await Promise.all([
        send(minimum(policy.id, 12) as TestRequest),
        ...plans.map(({ id }) => apply(id)),
      ]);
      const statuses = applied.map(({ status }) => status);
      expect(change.status).toBe(200);
      expect([
        [409, 409],
        [200, 409],
        [409, 200],
      ]).toContainEqual(statuses);
      const { document } = await get(`/policies/${policy.id}`);
      expect(document.passwordMinimumLength).toBe(12);
      expect((await wantedBy(device))[minLength]).toEqual([12, 'Passwords']);
      await send(minimum(policy.id, 4) as TestRequest);
    }
  });
});
