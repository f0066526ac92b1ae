import { beforeEach, describe, expect, test } from 'vitest';
import { readSignedContent } from '../pki/signed-data.ts';
import { ServerRefusal } from '../server-refusal.ts';
import { person, testAuthority, testDevice } from './device-for-test.ts';
import { EnrollmentRefused } from './failures.ts';
import { ns } from './namespaces.ts';
import { readRequest } from './reference-request.ts';
import { faultAnswer, referenceServer, type ReferenceServer } from './reference-server.ts';
import { childrenNamed, optionalChild, requiredChild, requiredText } from './xml/elements.ts';

let server: ReferenceServer;
beforeEach(async () => {
  server = referenceServer(await testAuthority());
});

const securityOf = (index: number) => requiredChild(server.asked[index]!.header, ns.security, 'Security');
const contextItems = () =>
  requiredChild(server.asked[2]!.content, ns.authorization, 'AdditionalContext').children.map(
    (item) => [item.attributes['Name'], requiredText(item, ns.authorization, 'Value')] as const,
  );

test('a PC probes, discovers, asks for the policy and for a certificate', async () => {
  const device = testDevice(server);
  await device.enroll(server.discoveryUrl, person);
  expect(server.requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual([
    'GET /EnrollmentServer/Discovery.svc',
    'POST /EnrollmentServer/Discovery.svc',
    'POST /EnrollmentServer/Policy.svc',
    'POST /EnrollmentServer/Enrollment.svc',
  ]);
  const request = requiredChild(server.asked[0]!.content, ns.discovery, 'request');
  expect(requiredText(request, ns.discovery, 'RequestVersion')).toBe('9.0');
  expect(requiredText(request, ns.discovery, 'EmailAddress')).toBe('ada@example.com');
  expect(device.state.enrollment).toMatchObject({
    providerId: 'Reference',
    managementUrl: 'https://mdm.example.com/ManagementServer/MDM.svc',
    account: { name: 'pc-0001', secret: 'example-secret' },
    store: 'User',
    entDmId: 'entity-1',
    poll: { numberOfFirstRetries: 8, intervalForFirstSetOfRetries: 15, pollOnLogin: true },
  });
  expect(device.state.identity!.certificate.subject).toBe(`CN=${device.hardware.deviceId}`);
});

test('the password goes with both questions', async () => {
  await testDevice(server).enroll(server.discoveryUrl, person);
  for (const index of [1, 2]) {
    const token = requiredChild(securityOf(index), ns.security, 'UsernameToken');
    expect(requiredText(token, ns.security, 'Username')).toBe('ada@example.com');
    expect(requiredText(token, ns.security, 'Password')).toBe('open sesame');
  }
  expect(optionalChild(server.asked[0]!.header, ns.security, 'Security')).toBeUndefined();
});

test('by a sign-in page, the token that it ended with goes with both', async () => {
  server.authPolicy = 'Federated';
  const pages: string[] = [];
  await testDevice(server).enroll(server.discoveryUrl, {
    kind: 'federated',
    username: 'ada@example.com',
    signIn: async (url) => {
      pages.push(url);
      return 'opaque';
    },
  });
  expect(pages).toEqual([
    'https://mdm.example.com/signin?appru=ms-app%3A%2F%2Fwindows.immersivecontrolpanel&login_hint=ada%40example.com',
  ]);
  for (const index of [1, 2]) {
    const token = requiredChild(securityOf(index), ns.security, 'BinarySecurityToken');
    expect(token.attributes['ValueType']).toBe(`${ns.configurationManager}/DeviceEnrollmentUserToken`);
    expect(Buffer.from(token.text, 'base64').toString()).toBe('opaque');
  }
});

test('a PC that is joined shows its token, and its certificate is for the system', async () => {
  server.authPolicy = 'Federated';
  const device = testDevice(server);
  await device.enroll(server.discoveryUrl, { kind: 'entra', username: 'ada@example.com', token: 'a.b.c' });
  const token = requiredChild(securityOf(2), ns.security, 'BinarySecurityToken');
  expect(token.attributes['ValueType']).toBe('urn:ietf:params:oauth:token-type:jwt');
  expect(device.state.enrollment!.store).toBe('System');
  expect(new Map(contextItems()).get('EnrollmentType')).toBe('Device');
});

test('Windows 11 tells more than Windows 10', async () => {
  await testDevice(server).enroll(server.discoveryUrl, person);
  const names = contextItems().map(([name]) => name);
  expect(names.join(' ')).toBe(
    'UXInitiated HWDevID Locale TargetedUserLoggedIn OSEdition DeviceName MAC MAC DeviceID EnrollmentType DeviceType OSVersion ApplicationVersion NotInOobe Manufacturer DeviceModel SerialNumber RequestVersion AttestationStatus AttestationStatusHResult',
  );
  server.asked.length = 0;
  await testDevice(server, { hardware: { form: 'windows10' } }).enroll(server.discoveryUrl, person);
  expect(contextItems().map(([name]) => name)).toEqual(names.slice(0, 14));
  const request = requiredChild(server.asked[0]!.content, ns.discovery, 'request');
  expect(requiredText(request, ns.discovery, 'RequestVersion')).toBe('5.0');
});

describe('requests for certificates are as odd as those of Windows', () => {
  const sha1 = Buffer.from('06052b0e03021d', 'hex');
  const sha256 = Buffer.from('06092a864886f70d01010b', 'hex');
  const deviceIdExtension = Buffer.from('060a2b0601040182374201', 'hex');
  test.each([
    ['windows10', true, 0x13, sha256],
    ['windows10', false, 0x13, sha1],
    ['windows11', true, 0x0c, sha256],
    ['windows11', false, 0x0c, sha1],
  ] as const)('%s, hash named: %s', async (form, namesHash, tag, algorithm) => {
    server.namesHash = namesHash;
    const device = testDevice(server, { hardware: { form } });
    await device.enroll(server.discoveryUrl, person);
    const request = readRequest(server.certificateRequests[0]!);
    const { deviceId } = device.hardware;
    expect(request.commonName.tag).toBe(tag);
    expect(request.commonName.text).toMatch(
      form === 'windows10'
        ? new RegExp(`^[-0-9A-F]+!${deviceId}\0$`)
        : new RegExp(`^[-0-9A-F]+!${deviceId}$`),
    );
    expect(request.commonName.text).toHaveLength(64);
    expect(request.algorithm.includes(algorithm)).toBe(true);
    expect(request.info.includes(deviceIdExtension)).toBe(true);
    expect(request.info.includes(Buffer.from(`${deviceId}\0`))).toBe(true);
  });
});

test('a renewal is signed by the certificate that it ends', async () => {
  const shown: boolean[] = [];
  const device = testDevice(
    { transport: (request) => (shown.push(request.identity !== undefined), server.transport(request)) },
    { certificate: { kind: 'tls' } },
  );
  await device.enroll(server.discoveryUrl, person);
  const { certificate } = device.state.identity!;
  await device.renew();
  const { content } = server.asked.at(-1)!;
  expect(requiredText(content, ns.trust, 'RequestType')).toBe(`${ns.trust}/Renew`);
  const [token] = childrenNamed(content, ns.security, 'BinarySecurityToken');
  expect(token!.attributes['ValueType']).toBe(`${ns.enrollment}#PKCS7`);
  expect(readSignedContent(Buffer.from(token!.text, 'base64')).signer.raw).toEqual(certificate.raw);
  expect(device.state.identity!.certificate.raw).not.toEqual(certificate.raw);
  expect(shown).toEqual([false, false, false, false, true]);
});

test('a PC has one enrolment', async () => {
  const device = testDevice(server);
  await device.enroll(server.discoveryUrl, person);
  await expect(device.enroll(server.discoveryUrl, person)).rejects.toThrow(/0x8018000a/);
  device.forget();
  await device.enroll(server.discoveryUrl, person);
});

describe('what refuses', () => {
  const detail = `<s:Detail><DeviceEnrollmentServiceError xmlns="${ns.enrollment}"><ErrorType>DeviceCapReached</ErrorType><Message>Too many.</Message><TraceId>t-1</TraceId></DeviceEnrollmentServiceError></s:Detail>`;
  test.each([
    ['s:MessageFormat', '', '80180001'],
    ['s:Authentication', '', '80180002'],
    ['s:Authorization', '', '80180003'],
    ['s:CertificateRequest', '', '80180004'],
    ['s:EnrollmentServer', '', '80180005'],
    ['a:InternalServiceFault', '', '80180006'],
    ['a:InvalidSecurity', '', '80180007'],
    ['s:EnrollmentServer', detail, '80180013'],
  ])('a fault %s %s is %s', async (subcode, given, code) => {
    server.answers.set('/EnrollmentServer/Enrollment.svc', faultAnswer(subcode, given));
    const device = testDevice(server);
    const error = await device.enroll(server.discoveryUrl, person).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(EnrollmentRefused);
    expect(error).toMatchObject({ code, facts: { reason: 'It is refused.' } });
    expect(device.state.enrollment).toBeUndefined();
  });

  test('an answer that is no SOAP', async () => {
    server.answers.set('/EnrollmentServer/Policy.svc', { status: 404 });
    const refusal = expect(testDevice(server).enroll(server.discoveryUrl, person)).rejects;
    await refusal.toBeInstanceOf(ServerRefusal);
  });
});
