import { expect, test } from 'vitest';
import { emptyWindowsPolicy, type WindowsPolicyDocument } from '../../windows-policy.ts';
import { assigned, idOf } from '../fixtures/policies.ts';
import { resolve } from '../resolve.ts';
import { compilePolicy } from './kinds.ts';

function compiled(document: Partial<WindowsPolicyDocument>, number = 1) {
  return compilePolicy({
    id: idOf(number),
    kind: 'winPolicy',
    name: `P${number}`,
    version: 1,
    document: { ...emptyWindowsPolicy, ...document },
  });
}

test('an empty policy says nothing', () => {
  expect(compiled({})).toMatchObject({ systems: ['windows'], settings: [], notApplicable: [] });
});

test('every part of a policy becomes settings with stable keys', () => {
  const { settings, notApplicable } = compiled({
    config: { './Vendor/MSFT/Policy/Config/Camera/AllowCamera': 0 },
    applications: [{ winApplicationId: idOf(1), action: 'forceInstall' }],
    scripts: [{ id: idOf(2), type: 'once' }],
    admxConfigs: [{ winAdmxConfigId: idOf(3) }],
    assets: [{ mdmAssetId: idOf(4), location: 'C:\\x' }],
    bookmarks: [{ title: 'Intranet', url: 'https://intranet.example' }, { title: 'No address' }],
    agentConfiguration: { enabled: true, allowLocation: false },
  });
  expect(notApplicable).toEqual([]);
  expect(settings.map(({ key, value }) => [key, value])).toEqual([
    ['./device/vendor/msft/policy/config/camera/allowcamera', 0],
    [`application/${idOf(1)}`, { winApplicationId: idOf(1), action: 'forceInstall' }],
    [`script/${idOf(2)}`, { id: idOf(2), type: 'once' }],
    [`admxConfig/${idOf(3)}`, { winAdmxConfigId: idOf(3) }],
    [`asset/${idOf(4)}`, { mdmAssetId: idOf(4), location: 'C:\\x' }],
    ['bookmark/https://intranet.example', { title: 'Intranet', url: 'https://intranet.example' }],
    ['bookmark/title No address', { title: 'No address' }],
    ['agentConfiguration/allowLocation', false],
    ['agentConfiguration/enabled', true],
  ]);
  expect(settings[0]).toEqual({
    platform: 'windows',
    key: './device/vendor/msft/policy/config/camera/allowcamera',
    locUri: './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera',
    written: './Vendor/MSFT/Policy/Config/Camera/AllowCamera',
    title: './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera',
    value: 0,
    combine: 'first',
  });
});

test('the order of members means nothing', () => {
  const config = { './Vendor/MSFT/B': 1, './Vendor/MSFT/A': 2, './Vendor/MSFT/a': 3 };
  const reversed = Object.fromEntries(Object.entries(config).toReversed());
  expect(compiled({ config: reversed, agentConfiguration: { enabled: true, buildTag: 'x' } })).toEqual(
    compiled({ agentConfiguration: { buildTag: 'x', enabled: true }, config }),
  );
});

test('two spellings of a node in one policy: the first counts, the other is named', () => {
  const { settings, notApplicable } = compiled({
    config: { './Vendor/MSFT/A/B': 1, './device/vendor/MSFT/a/b': 2 },
  });
  expect(settings.map(({ value }) => value)).toEqual([1]);
  expect(notApplicable).toMatchObject([
    { property: './device/vendor/msft/a/b', value: 2, reason: 'saidTwice' },
  ]);
});

test('what a part is that this version does not know is named', () => {
  expect(compiled({ widgets: [] } as object).notApplicable).toMatchObject([
    { property: 'widgets', reason: 'unknown' },
  ]);
});

test('a catalogue of nodes gives titles and rules', () => {
  const nodes = (key: string) =>
    key === './device/vendor/msft/policy/config/devicelock/mindevicepasswordlength'
      ? ({ title: 'Shortest password', combine: 'larger' } as const)
      : undefined;
  const path = './Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength';
  const document = { config: { [path]: '8', './Vendor/MSFT/Other': 'x' } };
  const { settings } = compilePolicy(
    { id: idOf(1), kind: 'winPolicy', name: 'P', version: 1, document },
    nodes,
  );
  expect(settings).toMatchObject([
    { title: './Device/Vendor/MSFT/Other', combine: 'first' },
    { title: 'Shortest password', combine: 'larger' },
  ]);
});

test('several policies resolve to the union of their lists, the stronger entry kept, in the order of strength', () => {
  const strong = compiled(
    { applications: [1, 2].map((id) => ({ winApplicationId: idOf(id), action: 'forceInstall' })) },
    1,
  );
  const weak = compiled(
    { applications: [3, 2].map((id) => ({ winApplicationId: idOf(id), action: 'available' })) },
    2,
  );
  const { settings } = resolve('windows', [
    assigned(weak, { kind: 'direct', priority: 5 }),
    assigned(strong, { kind: 'primary' }),
  ]);
  expect(settings.map(({ value }) => value)).toEqual([
    { winApplicationId: idOf(1), action: 'forceInstall' },
    { winApplicationId: idOf(2), action: 'forceInstall' },
    { winApplicationId: idOf(3), action: 'available' },
  ]);
  expect(settings[1]!.losers).toMatchObject([{ why: 'weaker', value: { action: 'available' } }]);
});

test('a kind that is not known has no settings and says so', () => {
  const policy = { id: idOf(1), kind: 'androidThing', name: 'P', version: 1, document: {} };
  expect(compilePolicy(policy)).toMatchObject({
    systems: [],
    settings: [],
    notApplicable: [{ property: null, reason: 'unknown', value: 'androidThing' }],
  });
  const document = resolve('windows', [assigned(compilePolicy(policy), { kind: 'primary' })]);
  expect(document.notApplicable[0]!.message).toBe(
    "Policies of the kind 'androidThing' cannot be delivered by this version.",
  );
});
