import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { allDevices, effectivePolicies, type EffectivePolicies } from '../fixtures/effective-policies.ts';
import { config as node, keyOf } from '../fixtures/planner.ts';

let server: TestServer;
let own: EffectivePolicies;
beforeAll(async () => {
  server = await testServer();
  own = await effectivePolicies(server, 'own');
});
afterAll(() => server[Symbol.asyncDispose]());

test('what an automation rule gives is there with the rule, its audience and the reasons', async () => {
  const device = await own.device({ serialNumber: 'SN-RULE', tags: ['night-shift'] });
  const policy = await own.policy('Night', { config: { [node('Power/Sleep')]: '1' } });
  const audience = await own.audience('Night shift', { deviceGroups: [['night-shift']] });
  const rule = await own.rule('Night rule', {
    audienceIds: [audience.id],
    actions: [{ platform: 'windows', policyId: policy.id, priority: 7 }],
  });
  const given = (await own.effectivePolicy(device.id)).settings.find(
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
  await own.effectivePolicy(device.id);
  expect(server.takeStatements()).toHaveLength(5);
});

test('a policy that a group keeps from the device says how the device would have it: by its rule, too', async () => {
  const of = await effectivePolicies(server, 'kept');
  const user = await of.user('kim@example.com');
  const members = await of.group('Freelancers', [user.id]);
  const exclusion = { kind: 'exclusionGroup', groupId: members } as const;
  const policy = await of.macPolicy('Restrictions', { airDropBlocked: true }, [allDevices, exclusion]);
  const audience = await of.audience('Studio', { deviceGroups: [['studio']] });
  await of.rule('Studio rule', {
    audienceIds: [audience.id],
    actions: [{ platform: 'apple', policyId: policy.id, priority: 3 }],
  });
  const device = await of.mac({ tags: ['studio'], user: { id: user.id, email: user.email } });
  const { settings, notApplicable } = await of.effectivePolicy(device.id);
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
  const of = await effectivePolicies(server, 'foreign');
  const device = await of.device({ serialNumber: 'SN-FOREIGN' });
  for (const name of [device.id, hexOfId(device.id), 'SN-FOREIGN', 'nothing', '%20']) {
    expect(await own.get(name), name).toMatchObject({ status: 404, json: { code: 'notFound' } });
  }
});

test('30 policies take as many statements as one', async () => {
  const of = await effectivePolicies(server, 'many');
  const user = await of.user('ann@example.com');
  const device = await of.device({ user: { id: user.id, email: user.email } });
  const members = await of.group('Members', [user.id]);
  const statements = async () => {
    // The first read of a document is kept.
    await of.effectivePolicy(device.id);
    server.takeStatements();
    const { settings, notApplicable } = await of.effectivePolicy(device.id);
    return { count: server.takeStatements().length, said: settings.length + notApplicable.length };
  };
  const add = async (number: number) => {
    const policy = await of.policy(`P${number}`, { config: { [node(`N${number}`)]: number } });
    await of.macPolicy(`M${number}`, { airDropBlocked: true }, [{ kind: 'group', groupId: members }]);
    return [policy, number] as const;
  };
  const first = await add(0);
  await of.assign(device, { direct: [first] });
  const one = await statements();
  const others = [];
  for (let number = 1; number < 30; number++) others.push(await add(number));
  await of.assign(device, { direct: [first, ...others] });
  const thirty = await statements();
  expect([one.said, thirty.said]).toEqual([2, 60]);
  expect([one.count, thirty.count]).toEqual([5, 5]);
});
