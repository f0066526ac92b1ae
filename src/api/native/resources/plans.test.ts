import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import { type Policy } from '../../../policies/index.ts';
import {
  config,
  configurations,
  contents,
  keyOf,
  macType,
  minLength,
  planner,
  problem,
  toDevices,
  type Change,
} from '../fixtures/planner.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('a plan over all three APIs: what it tells is what applying it comes to', async () => {
  const { own, native, applivery, send, get, plan, apply, mac, wantedBy } = await planner(server);
  const pc = await own.device({ displayName: 'PC' });
  const macs = [await mac(), await mac()];
  const baseline = await own.policy('Baseline', { config: { [config('A')]: 1 } });
  const audience = await own.audience('Sales', { deviceGroups: [['sales']] });
  const before = await contents(server);
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
  const after = await contents(server);
  const written = Object.keys(after).filter((name) => after[name] !== before[name]);
  expect(written).toEqual([
    'public.policies_plan',
    'public.policies_plan_device',
    'public.policies_plan_difference',
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
    const { own, get, planned, mac, configuration } = await planner(server);
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
    expect(differences.map((item) => item.devices).toSorted((a, b) => a - b)).toEqual([2, 4]);
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
    const { own, applivery, get, planned } = await planner(server);
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
    const { own, get, planned, apply } = await planner(server);
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
    const { own, get, planned, mac, configuration } = await planner(server);
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

test('of many plans the newest 50 are kept', async () => {
  const { planned, get, native } = await planner(server);
  const body = { displayName: 'Group', mailNickname: 'group' };
  const made: string[] = [];
  for (let number = 0; number < 53; number++) {
    const { id } = await planned({ method: 'POST', url: `${native}/groups`, body });
    made.push(id);
  }
  const { items } = await get('/plans');
  expect(items.map(({ id }: { id: string }) => id)).toEqual(made.slice(-50));
});
