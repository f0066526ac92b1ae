import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeApplePushCa } from '../../../test/support/apple-push-ca.ts';
import { testServer, type Tenant, type TestServer } from '../../../test/support/server.ts';
import { sql } from '../../database/index.ts';
import { Fault } from '../../kernel/fault.ts';
import { listAuditEvents, operatorScope } from '../../tenancy/index.ts';
import {
  getPushCertificate,
  newSigningRequest,
  pushCredentials,
  signingRequest,
  uploadPushCertificate,
  type PushCertificateChange,
  type ReadThenChange,
  type StoredPushCertificate,
} from './index.ts';

const ca = makeApplePushCa();
const topic = 'com.apple.mgmt.External.7a0c6f52-2f4b-4f1d-8a3c-5d0e9b1c2a34';
const otherTopic = 'com.apple.mgmt.External.00000000-2f4b-4f1d-8a3c-5d0e9b1c2a34';

let server: TestServer;
let tenant: Tenant;
let request: string;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  tenant = await server.addTenant(`customer-${++count}`);
  request = await signingRequest(contextsOf(tenant));
});
afterAll(() => server[Symbol.asyncDispose]());

function contextsOf(of: Tenant): ReadThenChange {
  return {
    read: { db: server.database, scope: operatorScope(of.organization, 'test') },
    change: (work) => server.change(of, work),
  };
}

const read = () => getPushCertificate(contextsOf(tenant).read);
const credentials = () => pushCredentials(contextsOf(tenant).read, server.secrets);
const upload = (change: PushCertificateChange, ifMatch?: readonly number[]) =>
  server.change(tenant, (context) => uploadPushCertificate(context, change, ifMatch));
const events = () => listAuditEvents(contextsOf(tenant).read, { targetType: 'pushCertificate', limit: 100 });

async function refusal(change: PushCertificateChange, ifMatch?: readonly number[]): Promise<Fault> {
  const fault = await upload(change, ifMatch).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(fault).toBeInstanceOf(Fault);
  return fault as Fault;
}

/** Resolves once a statement of this database waits for a lock. */
async function untilSomebodyWaits(): Promise<void> {
  for (let waiting = 0; waiting === 0;) {
    const { rows } = await sql<{ waiting: number }>`
      select count(*) as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'
    `.execute(server.database.connection);
    waiting = rows[0]!.waiting;
  }
}

test('nothing is there before the first upload', async () => {
  expect(await read()).toBeUndefined();
  expect(await credentials()).toBeUndefined();
});

test('an upload stores what stands in the certificate, and the credentials fit together', async () => {
  const pem = ca.issue(request);
  const stored = await upload({ certificatePem: pem, appleIdentifier: 'mdm@example.com' });
  expect(stored).toEqual({
    id: stored.id,
    appleIdentifier: 'mdm@example.com',
    topic,
    serialNumber: '4F8E21AA03B7C9D1',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    expiresAt: new Date('2027-01-01T00:00:00Z'),
    uploadStatus: null,
    uploadFailureReason: null,
    uploadedAt: server.now(),
    revision: 1,
    createdAt: server.now(),
    updatedAt: server.now(),
  });
  server.takeStatements();
  expect(await read()).toEqual(stored);
  expect(server.takeStatements()).toHaveLength(1);

  const found = (await credentials())!;
  expect(found).toMatchObject({ topic, certificatePem: pem, expiresAt: stored.expiresAt });
  const key = createPrivateKey(found.privateKeyPem.reveal());
  expect(new X509Certificate(found.certificatePem).checkPrivateKey(key)).toBe(true);
});

test('a certificate for an older request is accepted, and its key is the one that is used', async () => {
  await newSigningRequest(contextsOf(tenant));
  await upload({ certificatePem: ca.issue(request) });
  const found = (await credentials())!;
  const spki = (key: Parameters<typeof createPublicKey>[0]) =>
    createPublicKey(key).export({ type: 'spki', format: 'pem' });
  expect(spki(found.privateKeyPem.reveal())).toBe(spki(found.certificatePem));
});

test('a renewal keeps the id and the Apple identifier', async () => {
  const first = await upload({ certificatePem: ca.issue(request), appleIdentifier: 'mdm@example.com' });
  server.advance(60_000);
  const renewed = ca.issue(await newSigningRequest(contextsOf(tenant)), {
    serialNumber: '0102030405060708',
    notAfter: new Date('2028-01-01T00:00:00Z'),
  });
  const second = await upload({ certificatePem: renewed });
  expect(second).toEqual({
    ...first,
    serialNumber: '0102030405060708',
    expiresAt: new Date('2028-01-01T00:00:00Z'),
    uploadedAt: server.now(),
    updatedAt: server.now(),
    revision: 2,
  });
  expect((await events())[0]).toMatchObject({
    action: 'pushCertificate.update',
    target: { id: first.id, name: topic },
    before: { serialNumber: '4F8E21AA03B7C9D1', expiresAt: '2027-01-01T00:00:00.000Z' },
    after: { serialNumber: '0102030405060708', expiresAt: '2028-01-01T00:00:00.000Z' },
    warning: null,
  });
});

test('another topic is accepted with a warning, which the next healthy upload takes away', async () => {
  await upload({ certificatePem: ca.issue(request) });
  const changed = await upload({ certificatePem: ca.issue(request, { topic: otherTopic }) });
  expect(changed).toMatchObject({ topic: otherTopic, uploadStatus: 'topicChanged' });
  expect(changed.uploadFailureReason).toContain(`from ${topic} to ${otherTopic}`);
  expect((await events())[0]).toMatchObject({
    before: { topic },
    after: { topic: otherTopic },
    warning: changed.uploadFailureReason,
  });
  const identified = await upload({ appleIdentifier: 'new@example.com' });
  expect(identified.uploadStatus).toBe('topicChanged');
  const healthy = await upload({ certificatePem: ca.issue(request, { topic: otherTopic }) });
  expect(healthy).toMatchObject({ topic: otherTopic, uploadStatus: null, uploadFailureReason: null });
});

describe('the Apple identifier alone', () => {
  test('changes nothing else, and the same once more changes nothing', async () => {
    const first = await upload({ certificatePem: ca.issue(request) });
    expect(first.appleIdentifier).toBeNull();
    server.advance(1_000);
    const second = await upload({ appleIdentifier: 'a@example.com' });
    expect(second).toEqual({
      ...first,
      appleIdentifier: 'a@example.com',
      revision: 2,
      updatedAt: server.now(),
    });
    server.advance(1_000);
    expect(await upload({ appleIdentifier: 'a@example.com' })).toEqual(second);
    expect(await upload({})).toEqual(second);
    expect(await events()).toHaveLength(2);
    expect(await upload({ appleIdentifier: null })).toMatchObject({ appleIdentifier: null, revision: 3 });
  });

  test('needs a certificate first', async () => {
    const fault = await refusal({ appleIdentifier: 'a@example.com' });
    expect(fault).toMatchObject({ code: 'invalidInput', violations: [{ path: 'certificate' }] });
    expect(await read()).toBeUndefined();
  });

  test('is refused beyond 256 characters', async () => {
    await upload({ certificatePem: ca.issue(request), appleIdentifier: 'ä'.repeat(256) });
    const fault = await refusal({ appleIdentifier: 'ä'.repeat(257) });
    expect(fault).toMatchObject({ code: 'invalidInput', violations: [{ path: 'appleIdentifier' }] });
  });
});

describe('refused at `certificate`, and the one in use stays:', () => {
  const foreignKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  const expired = { notBefore: new Date('2025-01-01T00:00:00Z'), notAfter: new Date('2026-01-01T00:00:00Z') };
  const future = { notBefore: new Date('2026-06-01T00:00:00Z') };
  test.each([
    ["the documentation's text", () => 'Certificate value', /This is not PEM/],
    ['no text', () => '', /The certificate is empty/],
    ['the request itself', () => request, /certificate signing request, not a certificate/],
    ['a certificate for a foreign key', () => ca.issueForKey(foreignKey), /made for another signing request/],
    ['an expired one', () => ca.issue(request, expired), /expired at 2026-01-01/],
    ['one of the future', () => ca.issue(request, future), /not valid before 2026-06-01/],
    [
      'one without the topic',
      () => ca.issue(request, { topic: 'com.example' }),
      /begins with "com.apple.mgmt."/,
    ],
  ])('%s', async (_, pem, reason) => {
    const inUse = await upload({ certificatePem: ca.issue(request), appleIdentifier: 'kept' });
    const before = await credentials();
    const fault = await refusal({ certificatePem: pem(), appleIdentifier: 'not taken' });
    expect(fault).toMatchObject({ code: 'invalidInput', violations: [{ path: 'certificate' }] });
    expect(fault.message).toMatch(reason);
    expect(await read()).toEqual(inUse);
    expect((await credentials())!.certificatePem).toBe(before!.certificatePem);
  });

  test('one for the key of another organization', async () => {
    const other = await server.addTenant(`other-${count}`);
    const pem = ca.issue(await signingRequest(contextsOf(other)));
    expect((await refusal({ certificatePem: pem })).message).toMatch(/made for another signing request/);
    expect(await read()).toBeUndefined();
  });
});

describe('two writers', () => {
  test('who are the first at once: both are stored, one after the other', async () => {
    const [faster, slower] = ['11', '22'].map((serialNumber) => ({
      certificatePem: ca.issue(request, { serialNumber }),
      appleIdentifier: serialNumber,
    }));
    let waiting: Promise<StoredPushCertificate>;
    const first = await server.change(tenant, async (context) => {
      const stored = await uploadPushCertificate(context, faster!);
      waiting = upload(slower!);
      await untilSomebodyWaits();
      return stored;
    });
    expect(first).toMatchObject({ serialNumber: '11', appleIdentifier: '11', revision: 1 });
    const second = await waiting!;
    expect(second).toMatchObject({ id: first.id, serialNumber: '22', appleIdentifier: '22', revision: 2 });
    expect(await read()).toEqual(second);
    expect(await events()).toHaveLength(2);
  });

  test('with the same entity tag: one wins', async () => {
    await upload({ certificatePem: ca.issue(request) });
    const results = await Promise.allSettled([
      upload({ appleIdentifier: 'a' }, [1]),
      upload({ appleIdentifier: 'b' }, [1]),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find((result) => result.status === 'rejected')!.reason).toMatchObject({
      code: 'preconditionFailed',
    });
  });

  test('an entity tag of something that is not there yet is refused', async () => {
    const fault = await refusal({ certificatePem: ca.issue(request) }, [1]);
    expect(fault.code).toBe('preconditionFailed');
    expect(await read()).toBeUndefined();
  });
});

test('another organization sees nothing', async () => {
  await upload({ certificatePem: ca.issue(request) });
  const stranger = contextsOf(server.tenant).read;
  expect(await getPushCertificate(stranger)).toBeUndefined();
  expect(await pushCredentials(stranger, server.secrets)).toBeUndefined();
});
