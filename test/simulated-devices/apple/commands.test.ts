import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { configurationProfile, enrolledDevice, passcodeType, testAuthority } from './device-for-test.ts';
import { selfSigned } from '../pki/certificates.ts';
import type { SimulatedDevice } from './device.ts';
import { sealEnvelope } from './enveloped-data.ts';
import { writePlist, type PlistDict } from './plist.ts';
import type { ReferenceServer } from './reference-server.ts';
import { signContent } from '../pki/signed-data.ts';

let server: ReferenceServer;
let device: SimulatedDevice;
beforeEach(async () => {
  ({ server, device } = await enrolledDevice());
});

/** Sends a command alone, and gives what the device reported. */
async function run(requestType: string, content: PlistDict = {}): Promise<PlistDict> {
  const uuid = server.send(requestType, content);
  await device.checkIn();
  return server.reports.find(({ CommandUUID }) => CommandUUID === uuid)!;
}

const install = (profile: Buffer) => run('InstallProfile', { Payload: profile });
const codes = (report: PlistDict) =>
  (report['ErrorChain'] as readonly PlistDict[]).map(({ ErrorDomain, ErrorCode }) => [
    ErrorDomain,
    ErrorCode,
  ]);

describe('profiles', () => {
  const policy = configurationProfile('policy', [[passcodeType, { forcePIN: true, minLength: 8 }]]);

  test('are installed, replaced and removed, and count', async () => {
    expect(await install(policy)).toEqual({
      UDID: device.hardware.udid,
      CommandUUID: 'command-1',
      Status: 'Acknowledged',
    });
    expect(device.effective(passcodeType)).toEqual({ forcePIN: true, minLength: 8 });
    await install(configurationProfile('policy', [[passcodeType, { minLength: 10 }]]));
    expect(device.effective(passcodeType)).toEqual({ minLength: 10 });
    expect(await run('RemoveProfile', { Identifier: 'policy' })).toMatchObject({ Status: 'Acknowledged' });
    expect(device.effective(passcodeType)).toEqual({});
  });

  test('that say the same thing differently come to the stricter', async () => {
    await install(policy);
    await install(
      configurationProfile('other', [
        [passcodeType, { forcePIN: false, minLength: 6, allowSimple: false, maxInactivity: 5 }],
        ['com.apple.applicationaccess', { allowCamera: true, forceWiFiPowerOn: true }],
      ]),
    );
    await install(
      configurationProfile('third', [
        ['com.apple.applicationaccess', { allowCamera: false, forceWiFiPowerOn: false, ratingApps: 600 }],
      ]),
    );
    expect(device.effective(passcodeType)).toEqual({
      forcePIN: true,
      minLength: 8,
      allowSimple: false,
      maxInactivity: 5,
    });
    expect(device.effective('com.apple.applicationaccess')).toEqual({
      allowCamera: false,
      forceWiFiPowerOn: true,
      ratingApps: 600,
    });
  });

  test('are listed with their payloads; of the person only where all are asked for', async () => {
    const { key, certificate } = await testAuthority();
    await install(signContent({ key, certificate }, policy, { digest: 'sha256', isDetached: false }));
    device.installProfile(
      configurationProfile('own', [['com.apple.domains', { WebDomains: ['a.example'] }]]),
    );
    const all = await run('ProfileList');
    expect(all['ProfileList']).toMatchObject([
      { PayloadIdentifier: 'reference', IsManaged: true },
      {
        PayloadIdentifier: 'policy',
        PayloadUUID: 'uuid of policy',
        PayloadDisplayName: 'policy',
        PayloadVersion: 1,
        IsManaged: true,
        IsEncrypted: false,
        SignerCertificates: [new Uint8Array(certificate.raw)],
        PayloadContent: [
          { PayloadType: passcodeType, PayloadUUID: 'uuid of policy.0', PayloadIdentifier: 'policy.0' },
        ],
      },
      { PayloadIdentifier: 'own', IsManaged: false },
    ]);
    expect(JSON.stringify(all)).not.toContain('minLength');
    const managed = await run('ProfileList', { ManagedOnly: true });
    expect(managed['ProfileList']).toHaveLength(2);
  });

  test('that are encrypted to the device are opened by its key', async () => {
    const payloads = writePlist({
      PayloadContent: [
        {
          PayloadType: passcodeType,
          PayloadVersion: 1,
          PayloadIdentifier: 'a',
          PayloadUUID: 'b',
          minLength: 9,
        },
      ],
    });
    const { certificate } = device.state.enrollment!.identity;
    const { random } = device.setup;
    const sealed = (to: typeof certificate) =>
      configurationProfile('sealed', [], {
        EncryptedPayloadContent: sealEnvelope(payloads, to, { cipher: 'aes256', random }),
      });
    await install(sealed(certificate));
    expect(device.effective(passcodeType)).toEqual({ minLength: 9 });
    expect((await run('ProfileList'))['ProfileList']).toMatchObject([{}, { IsEncrypted: true }]);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const stranger = selfSigned(privateKey, publicKey);
    expect(codes(await install(sealed(stranger.certificate)))[1]).toEqual(['MCProfileErrorDomain', 1_006]);
  });

  const domains: readonly (readonly [string, PlistDict])[] = [['com.apple.domains', {}]];
  test.each<[string, Buffer, number[]]>([
    ['is no property list', Buffer.from('hello'), [4_001, 1_000]],
    ['is no dictionary', Buffer.from('<plist><array/></plist>'), [4_001, 1_000]],
    ['has no identifier', configurationProfile('x', domains, { PayloadIdentifier: '' }), [4_001, 1_002]],
    ['has a number as UUID', configurationProfile('x', domains, { PayloadUUID: 1 }), [4_001, 1_003]],
    ['has version 2', configurationProfile('x', domains, { PayloadVersion: 2 }), [4_001, 1_001]],
    ['is of another type', configurationProfile('x', domains, { PayloadType: 'x' }), [4_001, 1_010]],
    ['is empty', configurationProfile('x', []), [4_001, 1_005]],
    [
      'has a UUID twice',
      configurationProfile('x', [...domains, ['com.apple.domains', { PayloadUUID: 'uuid of x.0' }]]),
      [4_001, 1_007],
    ],
    [
      'has an identifier twice',
      configurationProfile('x', [...domains, ['com.apple.domains', { PayloadIdentifier: 'x.0' }]]),
      [4_001, 1_008],
    ],
    ['has a payload without type', configurationProfile('x', [['', {}]]), [4_001, 1_009, 2_002]],
    [
      'wants passcodes of 17 characters',
      configurationProfile('x', [[passcodeType, { minLength: 17 }]]),
      [4_001, 1_009, 2_003],
    ],
    [
      'has a text in place of a boolean',
      configurationProfile('x', [[passcodeType, { forcePIN: 'yes' }]]),
      [4_001, 1_009, 2_003],
    ],
    ['has the identifier of the enrolment', configurationProfile('reference', domains), [12_009]],
  ])('a profile that %s is refused', async (_, profile, expected) => {
    const report = await install(profile);
    expect(report).toMatchObject({
      Status: 'Error',
      ErrorChain: expected.map((ErrorCode) => ({ ErrorCode, LocalizedDescription: expect.any(String) })),
    });
    expect(device.channel.profiles.map(({ identifier }) => identifier)).toEqual(['reference']);
  });

  test('of others cannot be removed', async () => {
    device.installProfile(configurationProfile('own', domains));
    for (const Identifier of ['own', 'nobody']) {
      expect(codes(await run('RemoveProfile', { Identifier }))).toEqual([['MCMDMErrorDomain', 12_013]]);
    }
    expect(device.channel.profiles).toHaveLength(2);
  });
});

describe('inventory', () => {
  test('tells what it knows, and leaves out the rest', async () => {
    const Queries = ['SerialNumber', 'OSVersion', 'IsSupervised', 'NoSuchThing', 'IMEI'];
    expect((await run('DeviceInformation', { Queries }))['QueryResponses']).toEqual({
      SerialNumber: device.hardware.serialNumber,
      OSVersion: '15.1',
      IsSupervised: true,
    });
  });

  test('the passcode is compliant or not as profiles say', async () => {
    const security = async () => (await run('SecurityInfo'))['SecurityInfo'];
    expect(await security()).toMatchObject({ PasscodePresent: false, PasscodeCompliant: true });
    await install(
      configurationProfile('policy', [
        [passcodeType, { forcePIN: true, minLength: 6, allowSimple: false, requireAlphanumeric: true }],
      ]),
    );
    expect(await security()).toMatchObject({ PasscodePresent: false, PasscodeCompliant: false });
    for (const [passcode, isCompliant] of [
      ['123456', false],
      ['a1', false],
      ['horse2battery', true],
    ] as const) {
      device.state.passcode = passcode;
      expect(await security()).toMatchObject({ PasscodePresent: true, PasscodeCompliant: isCompliant });
    }
  });

  test('a profile turns the firewall on', async () => {
    const firewall: PlistDict = { EnableFirewall: true, EnableStealthMode: true };
    await install(configurationProfile('firewall', [['com.apple.security.firewall', firewall]]));
    expect((await run('SecurityInfo'))['SecurityInfo']).toMatchObject({
      FirewallSettings: { FirewallEnabled: true, StealthMode: true, BlockAllIncoming: false },
    });
  });

  test('lists applications, all or some, whole or in part', async () => {
    const all = await run('InstalledApplicationList');
    expect(all['InstalledApplicationList']).toHaveLength(2);
    const Identifiers = ['com.apple.Safari', 'com.example.none'];
    const some = await run('InstalledApplicationList', { Identifiers, Items: ['Identifier', 'Version'] });
    expect(some['InstalledApplicationList']).toEqual([{ Identifier: 'com.apple.Safari', Version: '18.1' }]);
    const managed = await run('InstalledApplicationList', { ManagedAppsOnly: true });
    expect(managed['InstalledApplicationList']).toEqual([]);
  });

  test('lists certificates: its own, and those of profiles', async () => {
    const { certificate } = await testAuthority('Company root');
    const root = configurationProfile('root', [
      ['com.apple.security.root', { PayloadContent: certificate.raw }],
    ]);
    await install(root);
    expect((await run('CertificateList'))['CertificateList']).toEqual([
      {
        CommonName: device.hardware.serialNumber,
        Data: new Uint8Array(device.state.enrollment!.identity.certificate.raw),
        IsIdentity: true,
      },
      { CommonName: 'Company root', Data: new Uint8Array(certificate.raw), IsIdentity: false },
    ]);
  });
});

describe('control', () => {
  test('a Mac locks with a PIN of six digits, and manages nothing until it is entered', async () => {
    for (const content of [{}, { PIN: '12345' }, { PIN: 'abcdef' }]) {
      expect(codes(await run('DeviceLock', content))).toEqual([['MCMDMErrorDomain', 12_008]]);
    }
    expect(await run('DeviceLock', { PIN: '123456', Message: 'Lost' })).toMatchObject({
      Status: 'Acknowledged',
    });
    expect(device.state.lock).toEqual({ pin: '123456', message: 'Lost' });
    server.send('DeviceInformation', { Queries: [] });
    expect(await device.checkIn()).toEqual([]);
    expect(device.unlock('654321')).toBe(false);
    expect(device.unlock('123456')).toBe(true);
    expect(await device.checkIn()).toHaveLength(1);
  });

  test('an iPhone locks without one, and still answers some commands', async () => {
    ({ server, device } = await enrolledDevice({ hardware: { kind: 'iphone' } }));
    expect(await run('DeviceLock', { Message: 'Lost' })).toMatchObject({ MessageResult: 'Success' });
    expect(await run('DeviceInformation', { Queries: [] })).toMatchObject({ Status: 'Acknowledged' });
    expect(await run('SecurityInfo')).toMatchObject({ Status: 'NotNow' });
    expect(device.unlock()).toBe(true);
  });

  test('erased, it acknowledges and then knows nothing', async () => {
    expect(codes(await run('EraseDevice'))).toEqual([['MCMDMErrorDomain', 12_008]]);
    await device.setBootstrapToken(Buffer.from('token'));
    device.state.passcode = 'secret';
    server.send('ProfileList');
    expect(await run('EraseDevice', { PIN: '123456' })).toMatchObject({ Status: 'Acknowledged' });
    expect(device.state).toMatchObject({
      enrollment: undefined,
      passcode: undefined,
      bootstrapToken: undefined,
      erasures: 1,
    });
    expect(device.channel.profiles).toEqual([]);
    await expect(device.checkIn()).rejects.toThrow(/is not enrolled/);
    await device.enroll(`${server.origin}/enroll`);
    expect(device.state.enrollment).toBeDefined();
  });

  test('restarting, it loses the command that came with the answer', async () => {
    server.send('RestartDevice');
    server.send('ProfileList');
    expect(await device.checkIn()).toMatchObject([{ requestType: 'RestartDevice' }]);
    expect(device.state.restarts).toBe(1);
    expect(await device.checkIn()).toMatchObject([{ requestType: 'ProfileList' }]);
  });

  test('shut down, it does not answer until it is turned on', async () => {
    await run('ShutDownDevice');
    server.send('ProfileList');
    expect(await device.checkIn()).toEqual([]);
    expect(await device.onPush()).toEqual([]);
    device.powerOn();
    expect(await device.onPush()).toHaveLength(1);
  });
});

test('what it does not know, may not do or cannot read is refused', async () => {
  expect(codes(await run('InstallTeapot'))).toEqual([['MCMDMErrorDomain', 12_021]]);
  for (const [requestType, content] of [
    ['InstallProfile', {}],
    ['InstallProfile', { Payload: 'text' }],
    ['RemoveProfile', {}],
    ['DeviceInformation', {}],
  ] as const) {
    expect(await run(requestType, content)).toMatchObject({ Status: 'CommandFormatError' });
  }
  server.queue.push({ CommandUUID: 'without command' });
  expect(await device.checkIn()).toMatchObject([
    { uuid: 'without command', requestType: '', status: 'CommandFormatError' },
  ]);
  server.answers.set('Idle', { body: writePlist({ hello: 'there' }) });
  await expect(device.checkIn()).rejects.toThrow(/what is no command/);
});

test('a command that the enrolment gives no right to is refused', async () => {
  const inspectsOnly = server.profile((payloads) =>
    payloads.map((payload) => (payload['AccessRights'] ? { ...payload, AccessRights: 17 } : payload)),
  );
  await device.enroll(inspectsOnly);
  expect(codes(await run('EraseDevice', { PIN: '123456' }))).toEqual([['MCMDMErrorDomain', 12_007]]);
  const report = await run('DeviceInformation', { Queries: ['OSVersion', 'WiFiMAC'] });
  expect(report['QueryResponses']).toEqual({ OSVersion: '15.1' });
});
