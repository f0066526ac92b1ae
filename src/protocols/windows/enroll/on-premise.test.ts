import { createHash, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { lockAccount, saveAccount } from '../../../devices/dm-accounts/index.ts';
import { parseHexId } from '../../../kernel/id.ts';
import { windows11Request } from './fixtures/certificate-request.ts';
import { all, faultOf, post, provisionedBy, textOf } from './fixtures/enrolling.ts';
import { discover, getPolicies, itemsWith, requestSecurityToken, typed } from './fixtures/soap.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const request = windows11Request(keys);

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const devices = '/v1/organizations/default/mdm/windows/enterprise/devices';
const enrollments = '/api/v1/organizations/default/enrollments';

async function newCode(content: object = {}): Promise<string> {
  const body = { platform: 'windows', ...content };
  const answer = await server.send({ method: 'POST', url: enrollments, body });
  expect(answer.status).toBe(201);
  return answer.json.code;
}

let pcs = 0;
const newPc = () => `PC${++pcs}`;

describe('Discovery', () => {
  test('is probed first', async () => {
    const answer = await server.app.server.inject({
      url: '/EnrollmentServer/Discovery.svc',
      headers: { 'user-agent': 'ENROLLClient', 'cache-control': 'no-cache' },
    });
    expect(answer).toMatchObject({ statusCode: 200, payload: '', headers: { 'content-length': '0' } });
  });

  test.each([
    ['9.0', '3.0'],
    ['3.0', '3.0'],
    ['17.5', '3.0'],
    [undefined, '3.0'],
    ['2.0', undefined],
  ])('of version %s says where to go on', async (version, answered) => {
    const answer = await post(server, 'Discovery', discover({ version }));
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/soap+xml; charset=utf-8',
      'content-length': String(Buffer.byteLength(answer.text)),
    });
    expect(answer.headers).not.toHaveProperty('transfer-encoding');
    const [result] = all(answer.xml, 'DiscoverResult');
    expect(Object.fromEntries(result!.children.map(({ name, text }) => [name, text]))).toEqual({
      AuthPolicy: 'OnPremise',
      ...(answered !== undefined && { EnrollmentVersion: answered }),
      EnrollmentPolicyServiceUrl: `${server.publicUrl}/EnrollmentServer/Policy.svc`,
      EnrollmentServiceUrl: `${server.publicUrl}/EnrollmentServer/Enrollment.svc`,
    });
    expect(textOf(answer.xml, 'RelatesTo')).toBe('urn:uuid:748132ec-a575-4329-b01b-6171a9cf8478');
    expect(textOf(answer.xml, 'Action')).toBe(
      'http://schemas.microsoft.com/windows/management/2012/01/enrollment/IDiscoveryService/DiscoverResponse',
    );
  });

  test('of SOAP 1.1 is answered too', async () => {
    const soap = 'http://schemas.xmlsoap.org/soap/envelope/';
    expect((await post(server, 'Discovery', discover({ soap }))).status).toBe(200);
  });

  test('of a PC that offers another way alone is refused', async () => {
    const answer = await post(server, 'Discovery', discover({ policies: ['Certificate'] }));
    expect(faultOf(answer)).toBe('s:EnrollmentServer/NotSupported');
  });
});

test('GetPolicies is answered in the order of the protocol', async () => {
  const answer = await post(server, 'Policy', getPolicies(typed(await newCode())));
  expect(answer.status).toBe(200);
  const [response] = all(answer.xml, 'GetPoliciesResponse');
  expect(response!.children.map(({ name }) => name)).toEqual(['response', 'cAs', 'oIDs']);
  const [attributes] = all(answer.xml, 'attributes');
  expect(attributes!.children.map(({ name }) => name)).toEqual([
    'commonName',
    'policySchema',
    'certificateValidity',
    'permission',
    'privateKeyAttributes',
    'revision',
    'supersededPolicies',
    'privateKeyFlags',
    'subjectNameFlags',
    'enrollmentFlags',
    'generalFlags',
    'hashAlgorithmOIDReference',
    'rARequirements',
    'keyArchivalAttributes',
    'extensions',
  ]);
  expect(textOf(answer.xml, 'defaultName')).toBe('szOID_NIST_sha256');
});

describe('a certificate', () => {
  test('is issued, with all that the PC is managed by', async () => {
    const code = await newCode({ tags: ['lab'], maxUses: 1 });
    const message = requestSecurityToken({
      security: typed(` ${code.toUpperCase()} `, 'EXAMPLE\\ada'),
      request,
      items: itemsWith({ DeviceID: newPc() }),
    });
    const answer = await post(server, 'Enrollment', message);
    expect(answer.status).toBe(200);
    const document = provisionedBy(answer);
    const hex = server.tenant.hexId;
    const device = (await server.send({ url: `${devices}/PC0001` })).json.data;
    expect(device).toMatchObject({
      state: 'PROVISIONING',
      tags: ['lab'],
      winId: `PC${pcs}`,
      summary: { name: 'DESKTOP-0001', osVersion: '10.0.26200.9278', serialNumber: 'PC0001' },
    });

    const root = document.certificate('CertificateStore/Root/System');
    const intermediate = document.certificate('CertificateStore/CA/System');
    const own = document.certificate('CertificateStore/My/User');
    expect(root.verify(root.publicKey)).toBe(true);
    expect(intermediate.verify(root.publicKey) && intermediate.checkIssued(root)).toBe(true);
    expect(own.verify(intermediate.publicKey) && own.checkIssued(intermediate)).toBe(true);
    expect([root.ca, intermediate.ca, own.ca]).toEqual([true, true, false]);
    expect(own.publicKey.equals(keys.publicKey)).toBe(true);
    expect(own.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(own.subject).toBe(`CN=${device.id}`);

    const thumbprint = createHash('sha1').update(own.raw).digest('hex').toUpperCase();
    expect(document.paths.filter((path) => path.startsWith('CertificateStore/'))).toEqual([
      'CertificateStore/Root',
      'CertificateStore/Root/System',
      expect.stringMatching(/^CertificateStore\/Root\/System\/[0-9A-F]{40}$/),
      expect.stringMatching(/EncodedCertificate$/),
      'CertificateStore/CA',
      'CertificateStore/CA/System',
      expect.stringMatching(/^CertificateStore\/CA\/System\/[0-9A-F]{40}$/),
      expect.stringMatching(/EncodedCertificate$/),
      'CertificateStore/My',
      'CertificateStore/My/User',
      `CertificateStore/My/User/${thumbprint}`,
      `CertificateStore/My/User/${thumbprint}/EncodedCertificate`,
      'CertificateStore/My/User/PrivateKeyContainer',
      'CertificateStore/My/WSTEP',
      'CertificateStore/My/WSTEP/Renew',
      'CertificateStore/My/WSTEP/Renew/ROBOSupport',
      'CertificateStore/My/WSTEP/Renew/RenewPeriod',
      'CertificateStore/My/WSTEP/Renew/RetryInterval',
    ]);
    expect(document.value('APPLICATION/ADDR')).toBe(`${server.publicUrl}/ManagementServer/${hex}/MDM.svc`);
    expect(document.value('APPLICATION/SSLCLIENTCERTSEARCHCRITERIA')).toBe(
      `Subject=CN%3d${device.id}&Stores=My%5CUser`,
    );
    expect(document.value('DMClient/Provider/Muster/UPN')).toBe('EXAMPLE\\ada');
    expect(document.value('DMClient/Provider/Muster/EntDMID')).toBe(device.id);

    const [client, own2] = all(document.xml, 'characteristic')
      .filter(({ attributes }) => attributes['type'] === 'APPAUTH')
      .map(({ children }) =>
        Object.fromEntries(children.map(({ attributes: { name, value } }) => [name, value])),
      );
    expect(client).toMatchObject({ AAUTHLEVEL: 'CLIENT', AAUTHTYPE: 'DIGEST' });
    expect(Buffer.from(client!['AAUTHDATA'] ?? '', 'base64')).toHaveLength(16);
    expect(own2).toMatchObject({ AAUTHLEVEL: 'APPSRV', AAUTHTYPE: 'DIGEST', AAUTHNAME: device.id });
    const account = await server.change(server.tenant, (context) =>
      lockAccount(context, { fingerprint: createHash('sha256').update(own.raw).digest() }),
    );
    const password = `${device.id}:${own2!['AAUTHSECRET']}`;
    expect(account).toMatchObject({ state: 'enrolled', kind: 'user', name: device.id, lastSeenAt: null });
    expect(account!.credential.reveal()).toBe(createHash('md5').update(password).digest('base64'));
    expect(account!.nonce.toString('base64')).toBe(own2!['AAUTHDATA']);

    await server.change(server.tenant, (context) => saveAccount(context, parseHexId(device.id)!, {}));
    const after = (await server.send({ url: `${devices}/${device.id}` })).json.data;
    expect(after).toMatchObject({ state: 'ACTIVE', enrolledDate: server.now().toISOString() });
  });
});
