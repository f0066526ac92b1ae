import { expect, test } from 'vitest';
import { normaliseLocUri } from '../engine/index.ts';
import { whyReserved } from './index.ts';

const why = (path: string, means: 'policies' | 'commands') => whyReserved(normaliseLocUri(path).key, means);

test.each<[path: string, keptFrom: { policies: boolean; commands: boolean }]>([
  ['./SyncML/DMAcc/x/AppID', { policies: true, commands: true }],
  ['./Vendor/MSFT/DMAcc', { policies: true, commands: true }],
  ['./Vendor/MSFT/DMClient/Unenroll', { policies: true, commands: true }],
  ['./Vendor/MSFT/DMClient/Provider/Any%20one/Unenroll', { policies: true, commands: true }],
  ['./Vendor/MSFT/DMClient/Provider/Muster/LinkedEnrollment/Enroll', { policies: true, commands: true }],
  ['./Vendor/MSFT/CertificateStore/My/WSTEP/Renew/RenewPeriod', { policies: true, commands: true }],

  ['./Vendor/MSFT/RemoteWipe/doWipe', { policies: true, commands: false }],
  ['./Device/Vendor/MSFT/RemoteWipe', { policies: true, commands: false }],
  ['./Vendor/MSFT/DMClient/Provider/Muster/Push/PFN', { policies: true, commands: false }],

  ['./Vendor/MSFT/DMClient/Provider/Muster/Poll/NumberOfFirstRetries', { policies: false, commands: true }],
  ['./User/Vendor/MSFT/DMClient/Provider/Muster/UPN', { policies: false, commands: true }],
  ['./Vendor/MSFT/CertificateStore/My/SCEP', { policies: false, commands: true }],
  ['./Vendor/MSFT/CertificateStore/Root/System', { policies: false, commands: true }],
  ['./Vendor/MSFT/CertificateStore/CA/System', { policies: false, commands: true }],

  ['./Device/Vendor/MSFT/RemoteWiper', { policies: false, commands: false }],
  ['./Vendor/MSFT/DMClientX/Unenroll', { policies: false, commands: false }],
  ['./Vendor/MSFT/DMClient/Provider/Muster/ConfigRefresh', { policies: false, commands: false }],
  ['./Vendor/MSFT/DMClient/Provider/Muster/ConfigRefresh/Enabled', { policies: false, commands: false }],
  ['./User/Vendor/MSFT/DMClient/Provider/Muster/FirstSyncStatus/Wait', { policies: false, commands: false }],
  ['./Vendor/MSFT/Policy/Config/Camera/AllowCamera', { policies: false, commands: false }],
])('%s is kept from %j', (path, keptFrom) => {
  expect({
    policies: why(path, 'policies') !== undefined,
    commands: why(path, 'commands') !== undefined,
  }).toEqual(keptFrom);
});

test.each([
  './Device',
  './Vendor/MSFT',
  './Vendor/MSFT/DMClient',
  './Vendor/MSFT/DMClient/Provider/Muster',
  './Vendor/MSFT/CertificateStore/My',
  './SyncML',
])('what is above a reserved node, as %s is, would take it along', (path) => {
  for (const means of ['policies', 'commands'] as const) expect(why(path, means)).toEqual(expect.any(String));
});

test('the reason is that of the node, and not of one around it', () => {
  expect(why('./Vendor/MSFT/DMClient/Provider/Muster/Unenroll', 'commands')).toMatch(/ends the management/);
  expect(why('./Vendor/MSFT/CertificateStore/My/WSTEP', 'commands')).toMatch(/proves who it is/);
  expect(why('./Vendor/MSFT/DMClient/Provider/Muster/Poll', 'commands')).toMatch(/calls this server/);
  expect(why('./Vendor/MSFT/DMClient', 'commands')).toMatch(/calls this server/);
  expect(why('./Vendor/MSFT/DMClient/Provider/Muster', 'policies')).toBe(
    'Below it is ./device/vendor/msft/dmclient/provider/*/unenroll. It ends the management: retire or delete the device instead.',
  );
  expect(why('', 'policies')).toBeUndefined();
});
