import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { fillWithDemo } from '../../../demo/index.ts';
import { createDevice, type NewDevice } from '../../../devices/index.ts';
import { addGroupUsers, createGroup } from '../../../directory/index.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import {
  createPolicy,
  deviceConfigurations,
  replaceTargets,
  type NamedTarget,
} from '../../../policies/index.ts';

let server: TestServer;
let own: WindowsOrganization;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'own');
});
afterAll(() => server[Symbol.asyncDispose]());

type Target = NamedTarget['target'];
const allDevices: Target = { kind: 'allDevices' };
const node = (name: string) => `./Device/Vendor/MSFT/Policy/Config/${name}`;
const keyOf = (name: string) => node(name).toLowerCase();

function get(device: string, organization = own) {
  const { token, organization: of } = organization.tenant;
  return server.send({ url: `/api/v1/organizations/${of.slug}/devices/${device}/effective-policy`, token });
}

async function effectivePolicy(device: string, organization = own) {
  const answer = await get(device, organization);
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
}

interface AssignedByHand {
  readonly primary?: { readonly id: Id };
  readonly direct?: readonly (readonly [policy: { readonly id: Id }, priority: number])[];
}

function assign(device: { readonly id: Id }, { primary, direct = [] }: AssignedByHand, organization = own) {
  return organization.put(`/devices/${hexOfId(device.id)}`, {
    ...(primary && { winPolicyId: hexOfId(primary.id) }),
    winPolicyAssignments: direct.map(([policy, priority]) => ({ winPolicyId: hexOfId(policy.id), priority })),
  });
}

function mac(input: Omit<NewDevice, 'platform'> = {}, organization = own) {
  const summary = { os: 'macOS', osVersion: '15.1', supervised: true };
  return organization.change((context) => createDevice(context, { platform: 'apple', summary, ...input }));
}

/** A policy for Macs that is meant for these targets, in an organization. */
function macPolicy(name: string, document: Record<string, number | boolean>, targets: Target[], of = own) {
  return of.change(async (context) => {
    const kind = 'macOSGeneralDeviceConfiguration';
    const policy = await createPolicy(context, deviceConfigurations, { kind, name, document });
    const named = targets.map((target) => ({ target, path: 'target' }));
    await replaceTargets(context, deviceConfigurations, policy.id, named);
    return policy;
  });
}

function group(name: string, members: readonly Id[], of = own) {
  return of.change(async (context) => {
    const { id } = await createGroup(context, { displayName: name, mailNickname: name.toLowerCase() });
    await addGroupUsers(context, id, members);
    return id;
  });
}

describe('a Windows device', () => {
  test('with a primary policy and two direct ones: the lower number wins, and those who lose say why', async () => {
    const device = await own.device({ displayName: 'Laptop', enrolledAt: server.now() });
    const [primary, strong, weak] = [
      await own.policy('Primary', { config: { [node('A')]: 'primary', [node('P')]: 1 } }),
      await own.policy('Strong', { config: { [node('A')]: 'strong', [node('B')]: 'strong' } }),
      await own.policy('Weak', {
        config: { [node('A')]: 'primary', [node('B')]: 'weak', [node('C')]: 'weak' },
      }),
    ];
    const changed = await assign(device, {
      primary,
      direct: [
        [weak, 200],
        [strong, 100],
      ],
    });
    const since = server.now().toISOString();
    const policy = await effectivePolicy(device.id);
    const of = (version: { id: Id; name: string }, assignment: string, priority: number | null) => ({
      policy: { id: version.id, name: version.name, version: 1 },
      assignment,
      priority,
      since,
      group: null,
      rule: null,
      audiences: [],
    });
    const pending = {
      platform: 'windows',
      state: 'pending',
      reason: 'The device has not enrolled, so nothing is sent to it.',
      reported: null,
    };
    const setting = (name: string, value: unknown) => ({
      ...pending,
      key: keyOf(name),
      title: node(name),
      value,
    });
    expect(policy).toEqual({
      device: { id: device.id, displayName: 'Laptop', platform: 'windows' },
      counts: {
        pending: 4,
        delivered: 0,
        verified: 0,
        error: 0,
        conflict: 0,
        notApplicable: 0,
        retained: 0,
      },
      next: null,
      settings: [
        {
          ...setting('A', 'primary'),
          winner: of(primary, 'primary', null),
          losers: [
            { ...of(strong, 'direct', 100), value: 'strong', why: 'weaker' },
            { ...of(weak, 'direct', 200), value: 'primary', why: 'sameValue' },
          ],
        },
        { ...setting('P', 1), winner: of(primary, 'primary', null), losers: [] },
        {
          ...setting('B', 'strong'),
          winner: of(strong, 'direct', 100),
          losers: [{ ...of(weak, 'direct', 200), value: 'weak', why: 'weaker' }],
        },
        { ...setting('C', 'weak'), winner: of(weak, 'direct', 200), losers: [] },
      ],
      isRecalculating: false,
      notApplicable: [],
    });
    // Applivery's device says the same in its own words.
    const settings: { title: string; value: unknown }[] = policy.settings;
    expect(changed.json.data.deviceWinPolicy).toMatchObject({
      id: hexOfId(primary.id),
      config: Object.fromEntries(settings.map(({ title, value }) => [title, value])),
    });
  });

  test('two policies of the same priority: the conflict is named, the older assignment counts', async () => {
    const device = await own.device({ enrolledAt: server.now() });
    const first = await own.policy('First', { config: { [node('A')]: 1 } });
    const second = await own.policy('Second', { config: { [node('A')]: 2 } });
    await assign(device, { direct: [[second, 5]] });
    server.advance(1_000);
    await assign(device, {
      direct: [
        [first, 5],
        [second, 5],
      ],
    });
    expect((await effectivePolicy(device.id)).settings).toMatchObject([
      {
        value: 2,
        state: 'conflict',
        reason:
          "'First' and 'Second' are equally strong and say different things; 'Second' was assigned first.",
        winner: { policy: { name: 'Second' } },
        losers: [{ policy: { name: 'First' }, value: 1, why: 'olderAssignmentWins' }],
      },
    ]);
  });

  test('two rules, and an administrator, of the same priority: the conflict is named', async () => {
    const device = await own.device({ tags: ['equal'] });
    const policies = [];
    for (const value of [1, 2, 3]) {
      policies.push(await own.policy(`Says ${value}`, { config: { [node('Equal')]: value } }));
    }
    const [first, second, third] = policies;
    const audience = await own.audience('Equal', { deviceGroups: [['equal']] });
    for (const policy of [first!, second!]) {
      server.advance(1_000);
      await own.rule(`Gives ${policy.name}`, {
        audienceIds: [audience.id],
        actions: [{ platform: 'windows', policyId: policy.id, priority: 5 }],
      });
    }
    server.advance(1_000);
    await assign(device, { direct: [[third!, 5]] });
    expect((await effectivePolicy(device.id)).settings).toMatchObject([
      {
        value: 1,
        state: 'conflict',
        reason:
          "'Says 2', 'Says 3', and 'Says 1' are equally strong and say different things; 'Says 1' was assigned first.",
        winner: { policy: { name: 'Says 1' }, assignment: 'rule', priority: 5 },
        losers: [
          { policy: { name: 'Says 2' }, assignment: 'rule', why: 'olderAssignmentWins' },
          { policy: { name: 'Says 3' }, assignment: 'direct', why: 'olderAssignmentWins' },
        ],
      },
    ]);
  });

  test('what it reported tells how far it is', async () => {
    const at = '2026-02-28T01:02:03.000Z';
    const failed = { isError: true, status: 404, reason: 'CommandNotFound', attempts: [] };
    const device = await own.device({
      enrolledAt: server.now(),
      lastStatusReportAt: new Date(at),
      config: { './Vendor/MSFT/Policy/Config/Same': '1', [node('Other')]: '0', [node('Failed')]: failed },
    });
    const policy = await own.policy('Reported', {
      config: { [node('Same')]: 1, [node('Other')]: 1, [node('Failed')]: 1, [node('Unsaid')]: 1 },
    });
    await assign(device, { primary: policy });
    const { settings } = await effectivePolicy(device.id);
    expect(settings).toMatchObject([
      {
        key: keyOf('Failed'),
        state: 'error',
        reason: 'The device reported 404 CommandNotFound.',
        reported: { value: failed, at },
      },
      { key: keyOf('Other'), state: 'pending', reported: { value: '0', at } },
      { key: keyOf('Same'), state: 'verified', reason: null, reported: { value: '1', at } },
      { key: keyOf('Unsaid'), state: 'pending', reported: null },
    ]);
  });

  test('that never checked in says so', async () => {
    const device = await own.device({ subType: 'enrollment' });
    await assign(device, { primary: await own.policy('Waiting', { bookmarks: [{ url: 'https://a' }] }) });
    expect((await effectivePolicy(device.id)).settings).toMatchObject([
      { key: 'bookmark/https://a', state: 'pending', reason: 'The device has never checked in.' },
    ]);
  });

  test('is found by GUID, 24 hex digits, serial number and IMEI; deleted ones have nothing', async () => {
    const device = await own.device({ serialNumber: 'SN-1', imei: '356938035643809' });
    for (const name of [device.id, device.id.toUpperCase(), hexOfId(device.id), 'SN-1', '356938035643809']) {
      expect((await effectivePolicy(name)).device, name).toMatchObject({ id: device.id });
    }
    await macPolicy('For all', { airDropBlocked: true }, [allDevices]);
    expect((await effectivePolicy(device.id)).notApplicable).toHaveLength(1);
    await own.send(`/windows/enterprise/devices/${hexOfId(device.id)}`, { method: 'DELETE' });
    expect(await effectivePolicy(device.id)).toMatchObject({ settings: [], notApplicable: [] });
    expect((await get('SN-1')).status).toBe(404);
  });
});

describe('a Mac', () => {
  test('gets what is meant for all devices, under its Apple keys', async () => {
    const of = await windowsOrganization(server, 'macs');
    const device = await mac({ displayName: 'Studio' }, of);
    await macPolicy(
      'Screen',
      { screenCaptureBlocked: true, passwordMinimumLength: 12, passwordRequired: true },
      [allDevices],
      of,
    );
    const policy = await effectivePolicy(device.id, of);
    expect(policy.device).toEqual({ id: device.id, displayName: 'Studio', platform: 'apple' });
    const values = policy.settings.map(({ key, value }: { key: string; value: unknown }) => [key, value]);
    expect(Object.fromEntries(values)).toEqual({
      'com.apple.mobiledevice.passwordpolicy/forcePIN': true,
      'com.apple.mobiledevice.passwordpolicy/minLength': 12,
      'com.apple.applicationaccess/allowScreenShot': false,
    });
    for (const { platform, winner, state } of policy.settings) {
      expect({ platform, state }).toEqual({ platform: 'apple', state: 'pending' });
      expect(winner).toMatchObject({ assignment: 'allDevices', priority: 100, group: null });
    }
    // A Windows PC and a television are told why they get nothing.
    const others = {
      windows: await of.device(),
      tv: await mac({ summary: { os: 'tvOS' } }, of),
      silent: await mac({ summary: {} }, of),
    };
    const why = async ({ id }: { id: Id }) => (await effectivePolicy(id, of)).notApplicable;
    const whole = { policy: { name: 'Screen' }, property: null, assignment: 'allDevices' };
    expect(await why(others.windows)).toMatchObject([
      {
        ...whole,
        reason: 'otherSystem',
        message: 'The policy is for macOS; the device runs Windows.',
      },
    ]);
    expect(await why(others.tv)).toMatchObject([
      { ...whole, reason: 'unknownSystem', message: "This version delivers no policies to 'tvOS'." },
    ]);
    expect(await why(others.silent)).toMatchObject([
      {
        ...whole,
        reason: 'unknownSystem',
        message: 'The device has not told which operating system it runs.',
      },
    ]);
  });

  test('gets what is meant for its user and the groups of its user, and not what excludes them', async () => {
    const of = await windowsOrganization(server, 'groups');
    const user = await of.user('ann@example.com');
    const device = await mac({ user: { id: user.id, email: user.email } }, of);
    const alone = await mac({}, of);
    const [sales, other] = [await group('Sales', [user.id], of), await group('Other', [], of)];
    await macPolicy('Users', { airDropBlocked: true }, [{ kind: 'allLicensedUsers' }], of);
    await macPolicy('Sales', { cameraBlocked: true }, [{ kind: 'group', groupId: sales }], of);
    await macPolicy('Others', { iCloudBlockMail: true }, [{ kind: 'group', groupId: other }], of);
    const exclusion: Target = { kind: 'exclusionGroup', groupId: sales };
    await macPolicy('Not for Sales', { screenCaptureBlocked: true }, [allDevices, exclusion], of);
    await macPolicy(
      'Not for Others',
      { passwordRequired: true },
      [allDevices, { kind: 'exclusionGroup', groupId: other }],
      of,
    );

    const policy = await effectivePolicy(device.id, of);
    const byPolicy = new Map(
      policy.settings.map(({ winner }: { winner: { policy: { name: string } } }) => [
        winner.policy.name,
        winner,
      ]),
    );
    expect(new Set(byPolicy.keys())).toEqual(new Set(['Not for Others', 'Sales', 'Users']));
    expect(byPolicy.get('Sales')).toMatchObject({ assignment: 'group', group: { id: sales, name: 'Sales' } });
    expect(byPolicy.get('Users')).toMatchObject({ assignment: 'allLicensedUsers', priority: 100 });
    expect(policy.notApplicable).toMatchObject([
      {
        policy: { name: 'Not for Sales' },
        assignment: 'allDevices',
        reason: 'excluded',
        message: "The group 'Sales', which the device or its user is in, is excluded.",
      },
    ]);
    const ofAlone = await effectivePolicy(alone.id, of);
    const winners: { policy: { name: string } }[] = ofAlone.settings.map(
      ({ winner }: { winner: unknown }) => winner,
    );
    expect(new Set(winners.map(({ policy: { name } }) => name))).toEqual(
      new Set(['Not for Others', 'Not for Sales']),
    );
    expect(ofAlone.notApplicable).toEqual([]);
  });

  test('is told of policies whose filters are not evaluated, and gets none of them', async () => {
    const of = await windowsOrganization(server, 'filters');
    const device = await mac({}, of);
    const filter = { id: 'f1', type: 'include' as const };
    await macPolicy('Filtered', { airDropBlocked: true }, [{ kind: 'allDevices', filter }], of);
    await macPolicy(
      'Collection',
      { cameraBlocked: true },
      [{ kind: 'configurationManagerCollection', collectionId: 'SMS00001' }],
      of,
    );
    expect(await effectivePolicy(device.id, of)).toMatchObject({
      settings: [],
      notApplicable: [
        {
          policy: { name: 'Filtered' },
          reason: 'hasFilter',
          message: 'The assignment to all devices has an assignment filter, which is not evaluated yet.',
        },
      ],
    });
  });

  test('of the sample company has the password rules', async () => {
    await server.change(server.tenant, fillWithDemo);
    const url = '/api/v1/organizations/default/devices/C02DEMO0001/effective-policy';
    const { json } = await server.send({ url });
    expect(json.device.displayName).toBe('MacBook Pro 1');
    expect(json.settings).toContainEqual(
      expect.objectContaining({
        key: 'com.apple.mobiledevice.passwordpolicy/minLength',
        value: 12,
        winner: expect.objectContaining({
          policy: expect.objectContaining({ name: 'Mac passwords' }),
          assignment: 'allDevices',
        }),
      }),
    );
  });
});

test('what an automation rule gives is there with the rule, its audience and the reasons', async () => {
  const device = await own.device({ serialNumber: 'SN-RULE', tags: ['night-shift'] });
  const policy = await own.policy('Night', { config: { [node('Power/Sleep')]: '1' } });
  const audience = await own.audience('Night shift', { deviceGroups: [['night-shift']] });
  const rule = await own.rule('Night rule', {
    audienceIds: [audience.id],
    actions: [{ platform: 'windows', policyId: policy.id, priority: 7 }],
  });
  const given = (await effectivePolicy(device.id)).settings.find(
    ({ key }: { key: string }) => key === keyOf('Power/Sleep'),
  );
  expect(given.winner).toMatchObject({
    policy: { id: policy.id, name: 'Night' },
    assignment: 'rule',
    priority: 7,
    rule: { id: rule.id, name: 'Night rule' },
    audiences: [{ id: audience.id, name: 'Night shift', reasons: ['tag:night-shift'] }],
  });
  // The token, the device, and all that is stored for it with the reasons.
  server.takeStatements();
  await effectivePolicy(device.id);
  expect(server.takeStatements()).toHaveLength(5);
});

test('a policy that a group keeps from the device says how the device would have it: by its rule, too', async () => {
  const of = await windowsOrganization(server, 'kept');
  const user = await of.user('kim@example.com');
  const members = await group('Freelancers', [user.id], of);
  const exclusion: Target = { kind: 'exclusionGroup', groupId: members };
  const policy = await macPolicy('Restrictions', { airDropBlocked: true }, [allDevices, exclusion], of);
  const audience = await of.audience('Studio', { deviceGroups: [['studio']] });
  await of.rule('Studio rule', {
    audienceIds: [audience.id],
    actions: [{ platform: 'apple', policyId: policy.id, priority: 3 }],
  });
  const device = await mac({ tags: ['studio'], user: { id: user.id, email: user.email } }, of);
  const { settings, notApplicable } = await effectivePolicy(device.id, of);
  expect(settings).toEqual([]);
  expect(notApplicable).toMatchObject([
    {
      policy: { id: policy.id },
      assignment: 'rule',
      priority: 3,
      rule: { name: 'Studio rule' },
      audiences: [{ name: 'Studio', reasons: ['tag:studio'] }],
      reason: 'excluded',
    },
  ]);
});

test("another organization's device is not found", async () => {
  const of = await windowsOrganization(server, 'foreign');
  const device = await of.device({ serialNumber: 'SN-FOREIGN' });
  for (const name of [device.id, hexOfId(device.id), 'SN-FOREIGN', 'nothing', '%20']) {
    expect(await get(name), name).toMatchObject({ status: 404, json: { code: 'notFound' } });
  }
});

test('30 policies take as many statements as one', async () => {
  const of = await windowsOrganization(server, 'many');
  const user = await of.user('ann@example.com');
  const device = await of.device({ user: { id: user.id, email: user.email } });
  const members = await group('Members', [user.id], of);
  const statements = async () => {
    // The first read of a document is kept.
    await effectivePolicy(device.id, of);
    server.takeStatements();
    const { settings, notApplicable } = await effectivePolicy(device.id, of);
    return { count: server.takeStatements().length, said: settings.length + notApplicable.length };
  };
  const add = async (number: number) => {
    const policy = await of.policy(`P${number}`, { config: { [node(`N${number}`)]: number } });
    await macPolicy(`M${number}`, { airDropBlocked: true }, [{ kind: 'group', groupId: members }], of);
    return [policy, number] as const;
  };
  const first = await add(0);
  await assign(device, { direct: [first] }, of);
  const one = await statements();
  const others = [];
  for (let number = 1; number < 30; number++) others.push(await add(number));
  await assign(device, { direct: [first, ...others] }, of);
  const thirty = await statements();
  expect([one.said, thirty.said]).toEqual([2, 60]);
  expect([one.count, thirty.count]).toEqual([5, 5]);
});
