import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { fillWithDemo } from '../../../demo/index.ts';
import type { Id } from '../../../kernel/id.ts';
import { allDevices, effectivePolicies } from '../fixtures/effective-policies.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('a Mac', () => {
  test('gets what is meant for all devices, under its Apple keys', async () => {
    const of = await effectivePolicies(server, 'macs');
    const device = await of.mac({
      displayName: 'Studio',
      summary: { name: 'Studio-Mac', os: 'macOS', osVersion: '15.1', supervised: true },
    });
    await of.macPolicy(
      'Screen',
      { screenCaptureBlocked: true, passwordMinimumLength: 12, passwordRequired: true },
      [allDevices],
    );
    const policy = await of.effectivePolicy(device.id);
    expect(policy.device).toEqual({
      id: device.id,
      displayName: 'Studio',
      name: 'Studio-Mac',
      platform: 'apple',
    });
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
      tv: await of.mac({ summary: { os: 'tvOS' } }),
      silent: await of.mac({ summary: {} }),
    };
    const why = async ({ id }: { id: Id }) => (await of.effectivePolicy(id)).notApplicable;
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
    const of = await effectivePolicies(server, 'groups');
    const user = await of.user('ann@example.com');
    const device = await of.mac({ user: { id: user.id, email: user.email } });
    const alone = await of.mac();
    const [sales, other] = [await of.group('Sales', [user.id]), await of.group('Other', [])];
    await of.macPolicy('Users', { airDropBlocked: true }, [{ kind: 'allLicensedUsers' }]);
    await of.macPolicy('Sales', { cameraBlocked: true }, [{ kind: 'group', groupId: sales }]);
    await of.macPolicy('Others', { iCloudBlockMail: true }, [{ kind: 'group', groupId: other }]);
    const exclusion = { kind: 'exclusionGroup', groupId: sales } as const;
    await of.macPolicy('Not for Sales', { screenCaptureBlocked: true }, [allDevices, exclusion]);
    await of.macPolicy('Not for Others', { passwordRequired: true }, [
      allDevices,
      { kind: 'exclusionGroup', groupId: other },
    ]);

    const policy = await of.effectivePolicy(device.id);
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
    const ofAlone = await of.effectivePolicy(alone.id);
    const winners: { policy: { name: string } }[] = ofAlone.settings.map(
      ({ winner }: { winner: unknown }) => winner,
    );
    expect(new Set(winners.map(({ policy: { name } }) => name))).toEqual(
      new Set(['Not for Others', 'Not for Sales']),
    );
    expect(ofAlone.notApplicable).toEqual([]);
  });

  test('is told of policies whose filters are not evaluated, and gets none of them', async () => {
    const of = await effectivePolicies(server, 'filters');
    const device = await of.mac();
    const filter = { id: 'f1', type: 'include' as const };
    await of.macPolicy('Filtered', { airDropBlocked: true }, [{ kind: 'allDevices', filter }]);
    await of.macPolicy('Collection', { cameraBlocked: true }, [
      { kind: 'configurationManagerCollection', collectionId: 'SMS00001' },
    ]);
    expect(await of.effectivePolicy(device.id)).toMatchObject({
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
