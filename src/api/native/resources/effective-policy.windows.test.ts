import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import { allDevices, effectivePolicies, type EffectivePolicies } from '../fixtures/effective-policies.ts';
import { config as node, keyOf } from '../fixtures/planner.ts';

let server: TestServer;
let own: EffectivePolicies;
beforeAll(async () => {
  server = await testServer();
  own = await effectivePolicies(server, 'own');
});
afterAll(() => server[Symbol.asyncDispose]());

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
    const changed = await own.assign(device, {
      primary,
      direct: [
        [weak, 200],
        [strong, 100],
      ],
    });
    const since = server.now().toISOString();
    const policy = await own.effectivePolicy(device.id);
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
      device: { id: device.id, displayName: 'Laptop', name: null, platform: 'windows' },
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
    await own.assign(device, { direct: [[second, 5]] });
    server.advance(1_000);
    await own.assign(device, {
      direct: [
        [first, 5],
        [second, 5],
      ],
    });
    expect((await own.effectivePolicy(device.id)).settings).toMatchObject([
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
    await own.assign(device, { direct: [[third!, 5]] });
    expect((await own.effectivePolicy(device.id)).settings).toMatchObject([
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
    await own.assign(device, { primary: policy });
    const { settings } = await own.effectivePolicy(device.id);
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

  test('has scripts, applications and ADMX files under the names that they have now', async () => {
    const device = await own.device();
    const script = await own.script('map-share.ps1');
    const application = await own.application('9NZVDKPMR9RD');
    const admxConfig = await own.admxConfig('edge.admx');
    const policy = await own.policy('Items', {
      scripts: [{ id: script.id, type: 'once' }],
      applications: [{ winApplicationId: application.id, action: 'available' }],
      admxConfigs: [{ winAdmxConfigId: admxConfig.id }],
    });
    await own.assign(device, { primary: policy });
    const titles = async () => {
      const { settings } = await own.effectivePolicy(device.id);
      return settings.map(({ key, title }: { key: string; title: string }) => [key.split('/')[0], title]);
    };
    expect(await titles()).toEqual([
      ['application', 'Application: 9NZVDKPMR9RD'],
      ['script', `Script: ${script.name}`],
      ['admxConfig', `ADMX configuration: ${admxConfig.appName}, edge.admx`],
    ]);
    const renamed = await own.send(`/assets/${hexOfId(script.id)}`, {
      method: 'PUT',
      body: { name: 'Shares' },
    });
    expect(renamed.status, renamed.text).toBe(200);
    expect((await titles())[1]).toEqual(['script', 'Script: Shares']);
  });

  test('that never checked in says so', async () => {
    const device = await own.device({ subType: 'enrollment' });
    await own.assign(device, { primary: await own.policy('Waiting', { bookmarks: [{ url: 'https://a' }] }) });
    expect((await own.effectivePolicy(device.id)).settings).toMatchObject([
      { key: 'bookmark/https://a', state: 'pending', reason: 'The device has never checked in.' },
    ]);
  });

  test('is found by GUID, 24 hex digits, serial number and IMEI; deleted ones have nothing', async () => {
    const device = await own.device({ serialNumber: 'SN-1', imei: '356938035643809' });
    for (const name of [device.id, device.id.toUpperCase(), hexOfId(device.id), 'SN-1', '356938035643809']) {
      expect((await own.effectivePolicy(name)).device, name).toMatchObject({ id: device.id });
    }
    await own.macPolicy('For all', { airDropBlocked: true }, [allDevices]);
    expect((await own.effectivePolicy(device.id)).notApplicable).toHaveLength(1);
    await own.send(`/windows/enterprise/devices/${hexOfId(device.id)}`, { method: 'DELETE' });
    expect(await own.effectivePolicy(device.id)).toMatchObject({ settings: [], notApplicable: [] });
    expect((await own.get('SN-1')).status).toBe(404);
  });
});
