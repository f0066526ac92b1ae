import { X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Identity } from '../pki/asn1.ts';
import { configurationProfile, enrolledDevice, testAuthority, testDevice } from './device-for-test.ts';
import { CommandFailed, ScepRefusal } from './failures.ts';
import { ServerRefusal } from '../server-refusal.ts';
import { listen } from '../listen.ts';
import { dict, readDict, type PlistDict } from './plist.ts';
import { referenceServer, type ReferenceServer } from './reference-server.ts';
import { readSignedContent } from '../pki/signed-data.ts';
import { httpTransport } from '../transport.ts';

let authority: Identity;
let server: ReferenceServer;
beforeEach(async () => {
  authority = await testAuthority();
  server = referenceServer(authority);
});

const enrollUrl = () => `${server.origin}/enroll`;
const mdmPayload = (change: (payload: PlistDict) => PlistDict) => (payloads: PlistDict[]) =>
  payloads.map((payload) => (payload['PayloadType'] === 'com.apple.mdm' ? change(payload) : payload));

test('a Mac gets its profile and certificate, and tells who it is and how it is woken', async () => {
  const device = testDevice(server.transport);
  await device.enroll(enrollUrl());
  const { udid, serialNumber } = device.hardware;
  expect(server.checkIns).toMatchObject([
    {
      MessageType: 'Authenticate',
      UDID: udid,
      SerialNumber: serialNumber,
      Topic: 'com.apple.mgmt.External.reference',
      ProductName: 'Mac15,12',
      OSVersion: '15.1',
      BuildVersion: '24B83',
    },
    { MessageType: 'TokenUpdate', UDID: udid, PushMagic: device.channel.pushMagic, NotOnConsole: false },
  ]);
  expect(server.checkIns[1]!['Token']).toEqual(new Uint8Array(device.channel.pushToken));
  expect(server.checkIns[1]).not.toHaveProperty('UnlockToken');
  const { certificate } = device.state.enrollment!.identity;
  expect(certificate.subject).toBe(`O=Reference\nCN=${serialNumber}`);
  expect(certificate.verify(authority.certificate.publicKey)).toBe(true);
  expect(server.signers.every(({ raw }) => raw.equals(certificate.raw))).toBe(true);
});

test('a message is a PUT with its own type and a signature over its bytes', async () => {
  const device = testDevice(server.transport);
  await device.enroll(enrollUrl());
  await device.checkIn();
  const [authenticate, , idle] = server.requests.slice(-3);
  expect(authenticate).toMatchObject({
    method: 'PUT',
    url: `${server.origin}/checkin`,
    headers: { 'content-type': 'application/x-apple-aspen-mdm-checkin' },
  });
  expect(idle).toMatchObject({
    method: 'PUT',
    url: `${server.origin}/connect`,
    headers: { 'content-type': 'application/x-apple-aspen-mdm; charset=UTF-8' },
  });
  expect(readDict(idle!.body!)).toEqual({ UDID: device.hardware.udid, Status: 'Idle' });
  const signature = Buffer.from(idle!.headers['mdm-signature']!, 'base64');
  expect(() => readSignedContent(signature, { detached: Buffer.from('else') })).toThrow(/not the one/);
});

test('an iPhone has an unlock token, and waits in the Setup Assistant where it is told to', async () => {
  const device = testDevice(server.transport, { hardware: { kind: 'iphone' } });
  await device.enroll(enrollUrl(), { awaitsConfiguration: true });
  expect(server.checkIns[0]).toMatchObject({ IMEI: device.hardware.imei });
  expect(server.checkIns[0]).not.toHaveProperty('DeviceName');
  expect(server.checkIns[1]).toMatchObject({ AwaitingConfiguration: true });
  expect(server.checkIns[1]!['UnlockToken']).toHaveLength(64);
  server.send('DeviceConfigured');
  await device.checkIn();
  expect(device.state.awaitsConfiguration).toBe(false);
});

test('a personal device tells neither UDID nor serial number', async () => {
  const device = testDevice(server.transport, { hardware: { kind: 'iphone' }, isUserEnrollment: true });
  await device.enroll(enrollUrl());
  server.send('DeviceInformation', { Queries: ['UDID', 'SerialNumber', 'OSVersion'] });
  await device.checkIn();
  const told = JSON.stringify([server.checkIns, server.reports]);
  expect(server.checkIns[0]).toHaveProperty('EnrollmentID');
  expect(told).not.toContain(device.hardware.udid);
  expect(told).not.toContain(device.hardware.serialNumber);
  expect(server.reports[1]!['QueryResponses']).toEqual({ OSVersion: '18.1' });
});

test('over HTTP', async () => {
  const { server: reached, close } = await listen((origin) => referenceServer(authority, origin));
  using transport = httpTransport();
  try {
    const device = testDevice(transport.send);
    await device.enroll(`${reached.origin}/enroll`);
    reached.send('DeviceInformation', { Queries: ['DeviceName'] });
    expect(await device.checkIn()).toMatchObject([{ requestType: 'DeviceInformation' }]);
    expect(reached.reports[1]).toMatchObject({ QueryResponses: { DeviceName: device.hardware.name } });
  } finally {
    await close();
  }
});

test('by GET where the server takes no POST', async () => {
  server.capabilities = 'SHA-1\n';
  await testDevice(server.transport).enroll(enrollUrl());
  const operations = server.requests.filter(({ url }) => url.includes('PKIOperation'));
  expect(operations).toMatchObject([{ method: 'GET', url: expect.stringContaining('&message=MI') }]);
});

describe('proof by', () => {
  test('another form of signature', async () => {
    const { server: reached, device } = await enrolledDevice({
      authentication: { kind: 'signature', digest: 'sha1', isDetached: false },
    });
    await device.checkIn();
    const der = Buffer.from(reached.requests[0]!.headers['mdm-signature']!, 'base64');
    expect(readSignedContent(der).content).toEqual(reached.requests[0]!.body);
  });

  test('the client certificate of TLS', async () => {
    const { server: reached, device } = await enrolledDevice({ authentication: { kind: 'tls' } });
    await device.checkIn();
    expect(reached.requests[0]!.headers).not.toHaveProperty('mdm-signature');
    expect(reached.requests[0]!.identity).toBe(device.state.enrollment!.identity);
  });

  test.each(['rfc9440', 'escapedPem'] as const)('a header of the proxy: %s', async (form) => {
    const { server: reached, device } = await enrolledDevice({
      authentication: { kind: 'proxyHeader', header: 'client-cert', form },
    });
    await device.checkIn();
    const value = reached.requests[0]!.headers['client-cert']!;
    const certificate = new X509Certificate(
      form === 'rfc9440' ? Buffer.from(/^:(.*):$/.exec(value)![1]!, 'base64') : decodeURIComponent(value),
    );
    expect(certificate.raw).toEqual(device.state.enrollment!.identity.certificate.raw);
  });
});

describe('not enrolled:', () => {
  const refusal = async (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  test('refused by SCEP, with what it was refused for', async () => {
    const device = testDevice(server.transport);
    const profile = server.profile();
    server.challenge = 'another';
    const error = await refusal(device.enroll(profile));
    expect(error).toBeInstanceOf(ScepRefusal);
    expect(error).toMatchObject({ pkiStatus: '2', failInfo: '2' });
    server.challenge = 'pending';
    expect(await refusal(device.enroll(profile))).toMatchObject({ pkiStatus: '3' });
    expect(device.state.enrollment).toBeUndefined();
    expect(server.checkIns).toEqual([]);
  });

  test.each([
    ['Authenticate', 400],
    ['TokenUpdate', 500],
  ])('%s is answered %i', async (type, status) => {
    server.answers.set(type, { status, body: Buffer.from('no') });
    const device = testDevice(server.transport);
    const error = await refusal(device.enroll(enrollUrl()));
    expect(error).toBeInstanceOf(ServerRefusal);
    expect(error).toMatchObject({ status, message: expect.stringContaining(`${status}: no`) });
    expect(device.state.enrollment).toBeUndefined();
    await expect(device.checkIn()).rejects.toThrow(/is not enrolled/);
  });

  test('the profile is signed by somebody else than is trusted', async () => {
    const trusted = await testAuthority('Somebody else');
    const device = testDevice(server.transport, { trustedSigners: [trusted.certificate] });
    expect(await refusal(device.enroll(enrollUrl()))).toMatchObject({
      message: expect.stringContaining('whom the device trusts'),
    });
    const other = testDevice(server.transport, { trustedSigners: [authority.certificate] });
    await other.enroll(enrollUrl());
    expect(other.state.enrollment).toBeDefined();
  });

  test('the signature of the profile is wrong', async () => {
    const { body } = await server.transport({ method: 'GET', url: enrollUrl(), headers: {} });
    const changed = Buffer.from(body);
    changed[changed.indexOf('Reference')]! ^= 1;
    const error = await refusal(testDevice(server.transport).enroll(changed));
    expect(error).toBeInstanceOf(CommandFailed);
    expect(error).toMatchObject({ chain: [{ ErrorCode: 4_001 }, { ErrorCode: 1_004 }] });
  });

  test.each<[string, () => Buffer]>([
    ['no MDM payload', () => configurationProfile('x', [['com.apple.domains', {}]])],
    ['no identity', () => server.profile((payloads) => payloads.slice(1))],
    [
      'two MDM payloads',
      () =>
        server.profile((payloads) => [
          ...payloads,
          { ...payloads[1]!, PayloadUUID: 'another', PayloadIdentifier: 'another' },
        ]),
    ],
    [
      'a topic of something else',
      () => server.profile(mdmPayload((payload) => ({ ...payload, Topic: 'com.example' }))),
    ],
    ['no server', () => server.profile(mdmPayload((payload) => dict({ ...payload, ServerURL: undefined })))],
    ['no right', () => server.profile(mdmPayload((payload) => ({ ...payload, AccessRights: 0 })))],
  ])('a profile with %s', async (_, profile) => {
    const device = testDevice(server.transport);
    expect(await refusal(device.enroll(profile()))).toBeInstanceOf(CommandFailed);
    expect(device.state.enrollment).toBeUndefined();
  });

  test('the authority has another fingerprint', async () => {
    const profile = server.profile((payloads) =>
      payloads.map((payload) =>
        payload['PayloadType'] === 'com.apple.security.scep'
          ? {
              ...payload,
              PayloadContent: {
                ...(payload['PayloadContent'] as PlistDict),
                CAFingerprint: Buffer.alloc(20),
              },
            }
          : payload,
      ),
    );
    await expect(testDevice(server.transport).enroll(profile)).rejects.toThrow(/fingerprint/);
  });

  test('GetCACert has a content type that Apple does not take', async () => {
    server.answers.set('/scep', { headers: { 'content-type': 'application/x-x509-ca-cert; charset=utf-8' } });
    await expect(testDevice(server.transport).enroll(server.profile())).rejects.toThrow(/GetCACert answered/);
  });
});

describe('an enrolment', () => {
  test('once more gets another certificate, and loses what the server had installed', async () => {
    const { server: reached, device } = await enrolledDevice();
    const first = device.state.enrollment!.identity.certificate;
    reached.send('InstallProfile', { Payload: configurationProfile('managed', [['com.apple.domains', {}]]) });
    await device.checkIn();
    device.installProfile(configurationProfile('own', [['com.apple.domains', {}]]));
    await device.enroll(`${reached.origin}/enroll`);
    expect(device.state.enrollment!.identity.certificate.raw).not.toEqual(first.raw);
    expect(device.channel.profiles.map(({ identifier }) => identifier)).toEqual(['own', 'reference']);
  });

  test('is renewed by InstallProfile of a profile for the same server', async () => {
    const { server: reached, device } = await enrolledDevice();
    const before = device.state.enrollment!.identity.certificate;
    reached.send('InstallProfile', { Payload: reached.profile() });
    expect(await device.checkIn()).toMatchObject([{ status: 'Acknowledged' }]);
    const after = device.state.enrollment!.identity.certificate;
    expect(after.raw).not.toEqual(before.raw);
    expect(reached.checkIns.map(({ MessageType }) => MessageType)).toEqual(['Authenticate', 'TokenUpdate']);
    expect(reached.signers.map(({ serialNumber }) => serialNumber)).toEqual([
      before.serialNumber,
      after.serialNumber,
      after.serialNumber,
      after.serialNumber,
    ]);
    expect(device.channel.profiles).toHaveLength(1);
  });

  test('stays as it is where the profile is for another server, or SCEP refuses', async () => {
    const { server: reached, device } = await enrolledDevice();
    const { certificate } = device.state.enrollment!.identity;
    const elsewhere = (payload: PlistDict) => ({ ...payload, ServerURL: 'https://example.com/mdm' });
    reached.send('InstallProfile', { Payload: reached.profile(mdmPayload(elsewhere)) });
    reached.send('InstallProfile', { Payload: reached.profile() });
    reached.challenge = 'another';
    expect(await device.checkIn()).toMatchObject([{ status: 'Error' }, { status: 'Error' }]);
    expect(device.state.enrollment!.identity.certificate).toBe(certificate);
  });

  test('ends when its profile is removed, and the server is told', async () => {
    const { server: reached, device } = await enrolledDevice();
    reached.send('InstallProfile', { Payload: configurationProfile('managed', [['com.apple.domains', {}]]) });
    reached.send('RemoveProfile', { Identifier: 'reference' });
    expect(await device.checkIn()).toHaveLength(2);
    expect(reached.checkIns).toMatchObject([{ MessageType: 'CheckOut', UDID: device.hardware.udid }]);
    expect(device.state.enrollment).toBeUndefined();
    expect(device.channel.profiles).toEqual([]);
  });

  test('ends by the person, who takes it whether the server answers or not', async () => {
    const { server: reached, device } = await enrolledDevice();
    reached.answers.set('CheckOut', { status: 500 });
    await device.checkOut();
    expect(reached.checkIns).toMatchObject([{ MessageType: 'CheckOut' }]);
    expect(device.state.enrollment).toBeUndefined();
  });

  test.each([
    ['401', { status: 401 }, true],
    [
      '403 for a device that is not known',
      {
        status: 403,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from('{"code": "com.apple.unrecognized.device"}'),
      },
      true,
    ],
    ['403 without a reason', { status: 403 }, false],
    ['500', { status: 500 }, false],
  ] as const)('and an answer %s', async (_, answer, isEnded) => {
    const { server: reached, device } = await enrolledDevice();
    reached.answers.set('Idle', answer);
    await expect(device.checkIn()).rejects.toThrow(ServerRefusal);
    expect(device.state.enrollment === undefined).toBe(isEnded);
  });
});
