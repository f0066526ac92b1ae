import { expect, test } from 'vitest';
import { catalogueOf } from './catalogue.ts';
import { checkConfig, warningsOf } from './check-config.ts';
import { allow, groupPolicy, nodesBelow, number, order, policyArea, reported } from './declare.ts';
import { anyPolicy } from './nodes/any-policy.ts';

const catalogue = catalogueOf(
  0,
  anyPolicy,
  policyArea('DeviceLock', { MinDevicePasswordLength: number([4, 16]), Old: allow({ deprecated: true }) }),
  policyArea('Experience', { AllowCortana: allow() }, 'both'),
  policyArea('Start', { HideAppList: number() }, 'user'),
  policyArea('Update', { Policy: groupPolicy() }),
  nodesBelow('./Device/Vendor/MSFT', {
    'Reboot/RebootNow': order(),
    'BitLocker/Status/DeviceEncryptionStatus': reported('int'),
    'RemoteWipe/doWipe': order('chr'),
  }),
);

const policy = './Device/Vendor/MSFT/Policy/Config';
const wanted = (uri: string, value: unknown) => [{ place: 'here', uri, value: value as string }];

test('values that their nodes do not take are named with their place, and nothing else is', () => {
  const config = {
    [`${policy}/DeviceLock/MinDevicePasswordLength`]: '3',
    './Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength': 99,
    [`${policy}/Experience/AllowCortana`]: true,
    [`${policy}/Update/Policy`]: 'on',
    [`${policy}/Update/Unknown`]: 'on',
    [`${policy}/App~Policy~Category/Name`]: '1',
    './Device/Vendor/MSFT/Reboot/RebootNow': 'now',
    './Device/Vendor/MSFT/BitLocker/Status/DeviceEncryptionStatus': 'x',
  };
  const settings = Object.entries(config).map(([uri, value], index) => ({ place: `[${index}]`, uri, value }));
  expect(checkConfig(catalogue, settings)).toEqual([
    { path: '[0]', message: 'must be a whole number from 4 to 16' },
    { path: '[1]', message: 'must be a whole number from 4 to 16' },
    { path: '[2]', message: 'must be one of 0 (Not allowed), 1 (Allowed)' },
    {
      path: '[3]',
      message: 'must be <enabled/> with the <data> elements of the group policy, or <disabled/>',
    },
  ]);
  expect(checkConfig(catalogue, wanted(`${policy}/DeviceLock/MinDevicePasswordLength`, undefined))).toEqual(
    [],
  );
  for (const uri of ['', './', ' / ']) {
    expect(checkConfig(catalogue, wanted(uri, 1))).toEqual([
      { path: 'here', message: 'belongs to no node: its path is empty' },
    ]);
  }
  const secret = { format: 'int', secret: 'reference' };
  expect(checkConfig(catalogue, wanted(`${policy}/DeviceLock/MinDevicePasswordLength`, secret))).toEqual([]);
});

const unknown = 'The catalogue does not have this setting, so its value is not checked.';

test.each([
  [`${policy}/DeviceLock/MinDevicePasswordLength`, 4, []],
  [
    `${policy}/DeviceLock/MinDevicePasswordLength`,
    3,
    ['wrongValue The value must be a whole number from 4 to 16.'],
  ],
  [`${policy}/DeviceLock/Old`, 1, ['deprecated Microsoft has deprecated this setting.']],
  [`${policy}/App~Policy~Category/Name`, '<enabled/>', []],
  [`${policy}/Made/Up`, 1, [`unknownNode ${unknown}`]],
  [
    `${policy}/DeviceLok/MinDevicePaswordLenght`,
    1,
    [`unknownNode ${unknown} Did you mean ${policy}/DeviceLock/MinDevicePasswordLength?`],
  ],
  [
    './Vendor/MSFT/Policy/Config/Start/HideAppList',
    1,
    [`unknownNode ${unknown} Did you mean ./User/Vendor/MSFT/Policy/Config/Start/HideAppList?`],
  ],
  ['x'.repeat(5_000), 1, [`unknownNode ${unknown}`]],
  ['', 1, [`unknownNode ${unknown}`]],
  [
    './Device/Vendor/MSFT/Reboot/RebootNow',
    '',
    ['notSettable Devices do not get it from a policy. It is an order: give it as a command.'],
  ],
  [
    './Device/Vendor/MSFT/BitLocker/Status/DeviceEncryptionStatus',
    0,
    ['notSettable Devices do not get it from a policy. It can only be read from devices.'],
  ],
  [
    './Vendor/MSFT/RemoteWipe/doWipe',
    '',
    ['notSettable Devices do not get it from a policy. It erases the device: wipe it by a command.'],
  ],
])('%s with %j is warned of: %j', (uri, value, expected) => {
  const warnings = warningsOf(catalogue, wanted(uri, value));
  expect(warnings.map(({ kind, message }) => `${kind} ${message}`)).toEqual(expected);
  expect(warnings.every(({ path }) => path === 'here')).toBe(true);
});

test('thousands of settings that nobody knows take no time', () => {
  const many = Array.from({ length: 20_000 }, (_, index) => ({
    place: `[${index}]`,
    uri: `${policy}/DeviceLok/MinDevicePaswordLenght${index}`,
    value: 1,
  }));
  const warnings = warningsOf(catalogue, many);
  expect(warnings).toHaveLength(20_000);
  expect(warnings.filter(({ message }) => message.includes('Did you mean')).length).toBeLessThanOrEqual(50);
});
