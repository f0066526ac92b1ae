import { createHash, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { revokeCertificate } from '../../../devices/certificate-authority/index.ts';
import { listCommands, queueCommand } from '../../../devices/commands/index.ts';
import { lockAccount, saveAccount, type AccountKey } from '../../../devices/dm-accounts/index.ts';
import { deviceKey, lockDevice } from '../../../devices/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { windows10Request, windows11Request } from './fixtures/certificate-request.ts';
import { faultOf, post, provisionedBy } from './fixtures/enrolling.ts';
import { itemsWith, requestSecurityToken, typed } from './fixtures/soap.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const otherKeys = generateKeyPairSync('rsa', { modulusLength: 2_048 });

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const enrollments = '/api/v1/organizations/default/enrollments';
const devices = '/v1/organizations/default/mdm/windows/enterprise/devices';

async function newEnrollment(content: object = {}): Promise<{ readonly id: string; readonly code: string }> {
  const body = { platform: 'windows', ...content };
  const answer = await server.send({ method: 'POST', url: enrollments, body });
  expect(answer.status).toBe(201);
  return answer.json;
}

const usesOf = async (id: string) => (await server.send({ url: `${enrollments}/${id}` })).json.uses;

interface Asking {
  readonly code: string;
  readonly pc: string;
  readonly request?: Uint8Array;
  readonly items?: Readonly<Record<string, string | undefined>>;
}

const ask = ({ code, pc, request = windows11Request(keys), items = {} }: Asking) =>
  post(
    server,
    'Enrollment',
    requestSecurityToken({ security: typed(code), request, items: itemsWith({ DeviceID: pc, ...items }) }),
  );

/** Enrols a PC. */
async function enroll(asking: Asking) {
  const answer = await ask(asking);
  expect(answer.status).toBe(200);
  const document = provisionedBy(answer);
  const store = document.paths.includes('CertificateStore/My/System') ? 'System' : 'User';
  const certificate = document.certificate(`CertificateStore/My/${store}`);
  return {
    document,
    store,
    certificate,
    fingerprint: createHash('sha256').update(certificate.raw).digest(),
    secret: document.xml.children
      .flatMap(({ children }) => children)
      .findLast(({ attributes }) => attributes['type'] === 'APPAUTH')!
      .children.find(({ attributes }) => attributes['name'] === 'AAUTHSECRET')!.attributes['value']!,
    deviceId: document.value('DMClient/Provider/Muster/EntDMID')!,
  };
}

const account = (key: AccountKey) => server.change(server.tenant, (context) => lockAccount(context, key));

/** The PC holds a session. */
const call = (dmDeviceId: string) =>
  server.change(server.tenant, async (context) => {
    const { deviceId } = (await lockAccount(context, { dmDeviceId }))!;
    await saveAccount(context, deviceId, {});
  });

test("Windows 10's request gets a certificate too; what is in it besides the key plays no part", async () => {
  const { code } = await newEnrollment();
  const { certificate, deviceId, store } = await enroll({
    code,
    pc: 'windows-10',
    request: windows10Request(keys),
    items: { EnrollmentType: 'Device' },
  });
  expect(certificate.subject).toBe(`CN=${deviceId}`);
  expect(certificate.publicKey.equals(keys.publicKey)).toBe(true);
  expect(store).toBe('System');
  expect(await account({ dmDeviceId: 'windows-10' })).toMatchObject({ kind: 'device' });
});

test('a PC that did not get the answer asks again: it is one device, counted once, with the same certificate', async () => {
  const { id, code } = await newEnrollment({ maxUses: 1 });
  const first = await enroll({ code, pc: 'lost-answer' });
  server.advance(60_000);
  const second = await enroll({ code, pc: 'lost-answer' });
  expect(second.deviceId).toBe(first.deviceId);
  expect(second.certificate.raw.equals(first.certificate.raw)).toBe(true);
  expect(await usesOf(id)).toBe(1);
  const { credential } = (await account({ fingerprint: second.fingerprint }))!;
  const digest = createHash('md5').update(`${second.deviceId}:${second.secret}`).digest('base64');
  expect(credential.reveal()).toBe(digest);

  await call('lost-answer');
  // A PC that was heard of had the answer: whoever sends its request again is somebody else.
  expect(faultOf(await ask({ code, pc: 'lost-answer' }))).toBe('s:Authorization/DeviceCapReached');
});

test('whoever types the code again because the answer got lost is not counted twice either', async () => {
  const { id, code } = await newEnrollment({ maxUses: 1, tags: ['lab'] });
  const first = await enroll({ code, pc: 'typed-again' });
  const asking = { code, pc: 'typed-again', request: windows11Request(otherKeys) };
  const second = await enroll(asking);
  expect(second.deviceId).toBe(first.deviceId);
  expect(second.certificate.publicKey.equals(otherKeys.publicKey)).toBe(true);
  expect(await account({ fingerprint: first.fingerprint })).toBeUndefined();
  expect(await account({ fingerprint: second.fingerprint })).toMatchObject({
    certificateSerial: second.certificate.serialNumber,
  });
  expect(await usesOf(id)).toBe(1);
  const { data } = (await server.send({ url: `${devices}/${first.deviceId}` })).json;
  expect(data).toMatchObject({ state: 'PROVISIONING', tags: ['lab'] });
  expect(faultOf(await ask({ ...asking, pc: 'another' }))).toBe('s:Authorization/DeviceCapReached');

  await call('typed-again');
  expect(faultOf(await ask({ code, pc: 'typed-again' }))).toBe('s:Authorization/DeviceCapReached');
});

test('a PC whose certificate was revoked before it called is counted again', async () => {
  const { code } = await newEnrollment({ maxUses: 1 });
  const { certificate } = await enroll({ code, pc: 'thrown-out' });
  await server.change(server.tenant, (context) => revokeCertificate(context, certificate.serialNumber));
  const again = await ask({ code, pc: 'thrown-out', request: windows11Request(otherKeys) });
  expect(faultOf(again)).toBe('s:Authorization/DeviceCapReached');
});

test('a lost answer is not repeated when the enrolment was withdrawn meanwhile', async () => {
  const { id, code } = await newEnrollment();
  await enroll({ code, pc: 'withdrawn' });
  await server.send({ method: 'DELETE', url: `${enrollments}/${id}` });
  expect(faultOf(await ask({ code, pc: 'withdrawn' }))).toBe('s:Authorization');
});

test('a PC that enrols again is the same device, and what it had is of no more use', async () => {
  const { id, code } = await newEnrollment({ tags: ['lab'] });
  const first = await enroll({ code, pc: 'again' });
  const { deviceId } = (await account({ dmDeviceId: 'again' }))!;
  await server.change(server.tenant, async (context) => {
    await saveAccount(context, deviceId, { session: { id: '1' } });
    const device = await lockDevice(context, 'windows', deviceKey(first.deviceId));
    await queueCommand(context, device, { channel: 'device', type: 'Exec', body: {}, isUrgent: false });
  });
  const second = await enroll({
    code,
    pc: 'again',
    request: windows11Request(otherKeys),
    items: { DeviceName: 'RENAMED' },
  });
  expect(second.deviceId).toBe(first.deviceId);
  expect(await usesOf(id)).toBe(2);
  expect(await account({ deviceId })).toMatchObject({ session: null, sessionAt: null, lastSeenAt: null });
  expect(await account({ fingerprint: second.fingerprint })).toMatchObject({ deviceId });
  expect(await account({ fingerprint: first.fingerprint })).toBeUndefined();
  await server.change(server.tenant, async (context) => {
    const [command] = await listCommands(context, deviceId, { limit: 5 });
    expect(command).toMatchObject({ state: 'canceled', error: 'The PC enrolled again.' });
  });
  const { data } = (await server.send({ url: `${devices}/${first.deviceId}` })).json;
  expect(data).toMatchObject({ state: 'PROVISIONING', summary: { name: 'RENAMED' }, tags: ['lab'] });
  expect(data.stateHistory.map(({ state }: { state: string }) => state)).toEqual([
    'PROVISIONING',
    'ACTIVE',
    'PROVISIONING',
  ]);
});

test('PCs with the same hardware id are different devices; what is no serial number is not taken for one', async () => {
  const { code } = await newEnrollment();
  const items = { SerialNumber: 'To be filled by O.E.M.' };
  const [one, other] = [
    await enroll({ code, pc: 'clone-1', items }),
    await enroll({ code, pc: 'clone-2', items }),
  ];
  expect(other.deviceId).not.toBe(one.deviceId);
  const { data } = (await server.send({ url: `${devices}/${one.deviceId}` })).json;
  expect(data.summary).not.toHaveProperty('serialNumber');
});

test('of two PCs that use the last use of an enrolment at the same time one gets it', async () => {
  const { id, code } = await newEnrollment({ maxUses: 1 });
  const answers = await Promise.all([
    ask({ code, pc: 'race-1' }),
    ask({ code, pc: 'race-2', request: windows11Request(otherKeys) }),
  ]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 500]));
  expect(await usesOf(id)).toBe(1);
});

test('a PC that asks twice at the same time is one device', async () => {
  const { id, code } = await newEnrollment();
  const answers = await Promise.all([ask({ code, pc: 'twice' }), ask({ code, pc: 'twice' })]);
  const ids = answers.map((answer) => provisionedBy(answer).value('DMClient/Provider/Muster/EntDMID'));
  expect(new Set(ids).size).toBe(1);
  expect(await usesOf(id)).toBe(1);
});

test('a PC gets user, tags, segment and policies of its enrolment', async () => {
  const user = await server.send({
    method: 'POST',
    url: '/v1/organizations/default/mdm/users',
    body: { email: 'ada@example.com' },
  });
  const policy = await server.send({
    method: 'POST',
    url: '/v1/organizations/default/mdm/windows/enterprise/policies',
    body: { name: 'Baseline', config: { './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera': '0' } },
  });
  const { code } = await newEnrollment({
    userId: user.json.data.id,
    tags: ['lab'],
    policies: [{ id: policy.json.data.id, priority: 7 }],
  });
  const { deviceId } = await enroll({ code, pc: 'given' });
  const { data } = (await server.send({ url: `${devices}/${deviceId}` })).json;
  expect(data).toMatchObject({
    mdmUser: { email: 'ada@example.com' },
    tags: ['lab'],
    winPolicyAssignments: [{ winPolicyId: policy.json.data.id, priority: 7 }],
  });
});

test('an account with a revoked certificate is refused', async () => {
  const { code } = await newEnrollment();
  const { certificate, fingerprint, deviceId } = await enroll({ code, pc: 'revoked' });
  await server.change(server.tenant, (context) => revokeCertificate(context, certificate.serialNumber));
  await expect(account({ fingerprint })).rejects.toMatchObject({ code: 'tokenInvalid' });
  await expect(account({ dmDeviceId: 'revoked' })).rejects.toMatchObject({ code: 'tokenInvalid' });
  // It may enrol again.
  const again = await enroll({ code, pc: 'revoked', request: windows11Request(otherKeys) });
  expect(again.deviceId).toBe(deviceId);
  expect(hexOfId((await account({ fingerprint: again.fingerprint }))!.deviceId)).toBe(deviceId);
});

test('a PC that enrols by a token of the Applivery API takes the place of the token in lists', async () => {
  const url = '/v1/organizations/default/mdm/windows/enterprise/enrollment-tokens';
  const policy = await server.send({
    method: 'POST',
    url: '/v1/organizations/default/mdm/windows/enterprise/policies',
    body: { name: 'Of the token', config: {} },
  });
  const newToken = async () => {
    const body = { displayName: 'PC of Ada', tags: ['ada'], winPolicyId: policy.json.data.id };
    return (await server.send({ method: 'POST', url, body })).json.data;
  };
  const token = await newToken();
  const { deviceId } = await enroll({ code: token.config.code, pc: 'by-token' });
  expect(deviceId).toBe(token.winDeviceId);
  const one = `${devices}/${deviceId}`;
  expect((await server.send({ url: one })).json.data).toMatchObject({
    subType: 'device',
    displayName: 'PC of Ada',
    tags: ['ada'],
    winId: 'by-token',
    winPolicy: { name: 'Of the token' },
    summary: { osVersion: '10.0.26200.9278' },
  });
  expect((await server.send({ url: `${url}/${token.id}` })).json.data.state).toBe('DONE');

  const second = await newToken();
  const again = await enroll({
    code: second.config.code,
    pc: 'by-token',
    request: windows11Request(otherKeys),
  });
  expect(again.deviceId).toBe(deviceId);
  expect((await server.send({ url: `${url}/${second.id}` })).json.data.winDeviceId).toBe(deviceId);
  expect((await server.send({ url: `${devices}/${second.winDeviceId}` })).json.data.state).toBe('DELETED');
});
