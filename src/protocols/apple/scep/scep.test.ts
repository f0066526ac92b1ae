import { generateKeyPairSync, randomBytes, type KeyObject, type X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mutationsOf } from '../../../../test/support/mutations.ts';
import {
  certificateRequest,
  contentCiphers,
  pkiMessage,
  readPkiReply,
  selfSigned,
  type Identity,
  type PkiMessage,
  type PkiReply,
} from '../../../../test/simulated-devices/apple/index.ts';
import { testServer, type Tenant, type TestServer } from '../../../../test/support/server.ts';
import { sql } from '../../../database/index.ts';
import { certificateAuthority, revokeCertificate } from '../../../devices/certificate-authority/index.ts';
import {
  createEnrollment,
  newEnrollmentCode,
  removeEnrollment,
  requireEnrollment,
} from '../../../devices/enrollments/index.ts';
import { octetsOf, readDer, sequenceOf, taggedIn } from '../../../kernel/der-read.ts';
import { derOctets } from '../../../kernel/der-write.ts';
import type { Id } from '../../../kernel/id.ts';
import { listAuditEvents, operatorScope } from '../../../tenancy/index.ts';
import { newChallenge } from './challenge.ts';

const day = 86_400_000;

let server: TestServer;
let authority: X509Certificate;
let signer: Identity;
let keys: { publicKey: KeyObject; privateKey: KeyObject };
let otherKeys: typeof keys;
const newKeys = () => generateKeyPairSync('rsa', { modulusLength: 2_048 });

beforeAll(async () => {
  server = await testServer();
  authority = await authorityOf(server.tenant);
  keys = newKeys();
  otherKeys = newKeys();
  signer = selfSigned(keys.privateKey, keys.publicKey);
});
afterAll(() => server[Symbol.asyncDispose]());

async function authorityOf(tenant: Tenant): Promise<X509Certificate> {
  const made = await certificateAuthority({
    read: { db: server.database, scope: operatorScope(tenant.organization, 'test') },
    change: (work) => server.change(tenant, work),
  });
  return made.certificate;
}

const enrol = (content: { maxUses?: number; expiresAt?: Date } = {}, tenant = server.tenant) =>
  server.change(tenant, (context) =>
    createEnrollment(context, { platform: 'apple', code: newEnrollmentCode(randomBytes), ...content }),
  );
const challengeFor = ({ id }: { readonly id: Id }, tenant = server.tenant) =>
  newChallenge(server.secrets, tenant.organization.id, { enrollmentId: id }, server.now()).reveal();
const usesOf = ({ id }: { readonly id: Id }) =>
  server.change(server.tenant, async (context) => (await requireEnrollment(context, id)).uses);

const url = () => `/scep/${server.tenant.hexId}`;
const post = (message: Buffer, to = `${url()}?operation=PKIOperation`) =>
  server.app.server.inject({
    method: 'POST',
    url: to,
    headers: { 'content-type': 'application/octet-stream' },
    payload: message,
  });

/** Sends a request and reads the answer. */
async function ask(request: Buffer, message: PkiMessage = {}, as: Identity = signer): Promise<PkiReply> {
  const answer = await post(pkiMessage(request, authority, as, message));
  expect({ status: answer.statusCode, body: answer.statusCode === 200 ? '' : answer.body }).toEqual({
    status: 200,
    body: '',
  });
  expect(answer.headers['content-type']).toBe('application/x-pki-message');
  return readPkiReply(answer.rawPayload, authority, as);
}

const success = { status: '0', failInfo: undefined };
const refused = { status: '2', failInfo: '2', certificates: [] };

/** The same message as BER writes it that streams the content: all that lies around it ends with a mark, and it comes in two pieces. */
function inPieces(message: Buffer): Buffer {
  const end = Buffer.alloc(2);
  const open = (tag: number, ...parts: readonly Uint8Array[]) =>
    Buffer.concat([Buffer.of(tag, 0x80), ...parts, end]);
  const [type, wrapped] = sequenceOf(readDer(message));
  const [version, digests, encapsulated, ...rest] = sequenceOf(taggedIn(wrapped, 0xa0));
  const [contentType, content] = sequenceOf(encapsulated);
  const octets = octetsOf(taggedIn(content, 0xa0));
  const pieces = [octets.subarray(0, 100), octets.subarray(100)].map((piece) => derOctets(piece));
  const inner = open(0x30, contentType!.raw, open(0xa0, open(0x24, ...pieces)));
  const signedData = open(0x30, version!.raw, digests!.raw, inner, ...rest.map(({ raw }) => raw));
  return open(0x30, type!.raw, open(0xa0, signedData));
}

/** What refusals must leave as it is. */
async function written(): Promise<unknown> {
  const { rows } = await sql`
    select (select count(*) from devices_certificate) as certificates,
           (select count(*) from tenancy_audit_event) as events,
           (select sum(uses) from devices_enrollment) as uses
  `.execute(server.database.connection);
  return rows[0];
}

test('the server tells what it can do, and its certificate', async () => {
  const capabilities = await server.app.server.inject(`${url()}?operation=GetCACaps`);
  expect(capabilities.body.split('\n')).toEqual(
    expect.arrayContaining(['POSTPKIOperation', 'Renewal', 'SCEPStandard', 'SHA-256', 'AES']),
  );
  for (const to of [`${url()}?operation=GetCACert&message=x`, `/scep/default?operation=GetCACert`]) {
    const answer = await server.app.server.inject(to);
    expect(answer.headers['content-type']).toBe('application/x-x509-ca-cert');
    expect(answer.rawPayload.equals(authority.raw)).toBe(true);
  }
  expect(authority.ca).toBe(true);
  expect(authority.publicKey.asymmetricKeyDetails?.modulusLength).toBe(3_072);
});

test('the key of the authority is stored sealed', async () => {
  const { rows } = await sql<{ private_key: Buffer }>`
    select private_key from devices_certificate_authority
  `.execute(server.database.connection);
  expect(rows).toHaveLength(1);
  expect(rows[0]!.private_key.includes('PRIVATE KEY')).toBe(false);
});

describe('a device that enrols', () => {
  test.each(Object.keys(contentCiphers) as (keyof typeof contentCiphers)[])(
    'gets a certificate for its key, encrypted as it asked: %s',
    async (cipher) => {
      const enrollment = await enrol();
      const senderNonce = randomBytes(16);
      const reply = await ask(certificateRequest(keys, challengeFor(enrollment)), {
        cipher,
        senderNonce,
        transactionId: 'A1B2',
        digest: cipher === 'des' ? 'sha1' : 'sha512',
      });
      expect(reply).toMatchObject({ ...success, transactionId: 'A1B2', recipientNonce: senderNonce });
      const [certificate, issuer] = reply.certificates;
      expect(issuer!.raw.equals(authority.raw)).toBe(true);
      expect(certificate!.verify(authority.publicKey)).toBe(true);
      expect(certificate!.checkPrivateKey(keys.privateKey)).toBe(true);
      expect(certificate!.subject).toMatch(/^O=default\nCN=device [0-9a-f]{24}$/);
      expect(certificate!.ca).toBe(false);
      expect(certificate!.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
      expect(certificate!.validToDate.getTime()).toBe(server.now().getTime() + 365 * day);
      expect(certificate!.validFromDate.getTime()).toBe(server.now().getTime() - 3_600_000);
      expect(await usesOf(enrollment)).toBe(1);
    },
  );

  test('may sign with another key than the one in its request', async () => {
    const reply = await ask(certificateRequest(otherKeys, challengeFor(await enrol())));
    expect(reply.certificates[0]!.checkPrivateKey(otherKeys.privateKey)).toBe(true);
  });

  test('may ask by GET, in either Base64 alphabet, with a plus that became a space, and with one question mark too many', async () => {
    const request = certificateRequest(keys, challengeFor(await enrol()));
    const message = pkiMessage(request, authority, signer);
    const base64 = message.toString('base64');
    for (const to of [
      `${url()}?operation=PKIOperation&message=${encodeURIComponent(base64)}`,
      `${url()}?operation=PKIOperation&message=${base64}`,
      `${url()}?operation=PKIOperation&message=${message.toString('base64url')}`,
      `${url()}??operation=PKIOperation&message=${encodeURIComponent(base64)}`,
    ]) {
      const answer = await server.app.server.inject(to);
      expect(answer.statusCode).toBe(200);
      expect(readPkiReply(answer.rawPayload, authority, signer)).toMatchObject(success);
    }
  });

  test('may send its message in pieces, with lengths that are not known beforehand', async () => {
    const message = pkiMessage(certificateRequest(keys, challengeFor(await enrol())), authority, signer);
    const answer = await post(inPieces(message));
    expect(readPkiReply(answer.rawPayload, authority, signer)).toMatchObject(success);
  });

  test('and asks again gets the same certificate, and one use is counted, however many ask at once', async () => {
    const enrollment = await enrol({ maxUses: 1 });
    const message = pkiMessage(certificateRequest(keys, challengeFor(enrollment)), authority, signer);
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(message)));
    const replies = answers.map(({ rawPayload }) => readPkiReply(rawPayload, authority, signer));
    expect(new Set(replies.map(({ certificates }) => certificates[0]?.fingerprint256)).size).toBe(1);
    expect(replies[0]).toMatchObject(success);
    expect(await usesOf(enrollment)).toBe(1);
  });

  test('is in the audit log, without its challenge', async () => {
    const enrollment = await enrol();
    const challenge = challengeFor(enrollment);
    await ask(certificateRequest(keys, challenge));
    const scope = operatorScope(server.tenant.organization, 'test');
    const [issued, redeemed] = await listAuditEvents({ db: server.database, scope }, { limit: 2 });
    expect(issued).toMatchObject({ action: 'certificate.issue', actor: { kind: 'device' } });
    expect(redeemed).toMatchObject({ action: 'enrollment.redeem', target: { id: enrollment.id } });
    expect(JSON.stringify([issued, redeemed]) + server.logged()).not.toContain(challenge);
  });
});

describe('refused, and nothing is written:', () => {
  test.each<[string, () => Promise<Buffer>]>([
    ['no challenge', async () => certificateRequest(keys, undefined)],
    ['a challenge of nobody', async () => certificateRequest(keys, randomBytes(63).toString('hex'))],
    ['a word as challenge', async () => certificateRequest(keys, 'secret')],
    [
      'a challenge that was changed',
      async () => {
        const challenge = challengeFor(await enrol());
        return certificateRequest(keys, `${challenge.slice(0, -1)}${challenge.endsWith('0') ? '1' : '0'}`);
      },
    ],
    [
      'a challenge of another organization',
      async () => {
        const other = await server.addTenant(`other-${randomBytes(4).toString('hex')}`);
        return certificateRequest(keys, challengeFor(await enrol({}, other), other));
      },
    ],
    [
      'a challenge that was used for another key',
      async () => {
        const challenge = challengeFor(await enrol());
        expect(await ask(certificateRequest(keys, challenge))).toMatchObject(success);
        return certificateRequest(otherKeys, challenge);
      },
    ],
    [
      'a challenge that has expired',
      async () => {
        const challenge = challengeFor(await enrol());
        server.advance(day);
        return certificateRequest(keys, challenge);
      },
    ],
    [
      'an enrolment that is spent',
      async () => {
        const enrollment = await enrol({ maxUses: 1 });
        const [first, second] = [challengeFor(enrollment), challengeFor(enrollment)];
        expect(await ask(certificateRequest(keys, first))).toMatchObject(success);
        return certificateRequest(keys, second);
      },
    ],
    [
      'an enrolment that has expired',
      async () => {
        const challenge = challengeFor(await enrol({ expiresAt: new Date(server.now().getTime() + 1_000) }));
        server.advance(1_000);
        return certificateRequest(keys, challenge);
      },
    ],
    [
      'an enrolment that was withdrawn',
      async () => {
        const enrollment = await enrol();
        const challenge = challengeFor(enrollment);
        await server.change(server.tenant, (context) => removeEnrollment(context, enrollment.id));
        return certificateRequest(keys, challenge);
      },
    ],
    [
      'a request that is signed with another key',
      async () => {
        const { privateKey } = otherKeys;
        return certificateRequest({ publicKey: keys.publicKey, privateKey }, challengeFor(await enrol()));
      },
    ],
    [
      'a key of 1024 bits',
      async () =>
        certificateRequest(generateKeyPairSync('rsa', { modulusLength: 1_024 }), challengeFor(await enrol())),
    ],
    [
      'a key with exponent 3',
      async () =>
        certificateRequest(
          generateKeyPairSync('rsa', { modulusLength: 2_048, publicExponent: 3 }),
          challengeFor(await enrol()),
        ),
    ],
    [
      'a key on a curve',
      async () =>
        certificateRequest(generateKeyPairSync('ec', { namedCurve: 'P-256' }), challengeFor(await enrol())),
    ],
    ['an envelope with something else in it', async () => Buffer.from('not a request')],
  ])('%s', async (_, makeRequest) => {
    const request = await makeRequest();
    const before = await written();
    expect(await ask(request)).toMatchObject(refused);
    expect(await written()).toEqual(before);
  });

  test('a key that is not encrypted to this authority, whatever is wrong with it, looks alike', async () => {
    const request = certificateRequest(keys, challengeFor(await enrol()));
    const before = await written();
    const replies = [];
    for (const encryptedKey of [
      () => randomBytes(384).fill(0, 0, 1),
      () => Buffer.alloc(384),
      () => Buffer.alloc(384, 255),
      () => Buffer.alloc(0),
      (key: Buffer) => key.subarray(1),
    ]) {
      const { recipientNonce: _, ...reply } = await ask(request, { encryptedKey });
      replies.push(reply);
    }
    for (const reply of replies) expect(reply).toEqual({ ...refused, transactionId: 'transaction' });
    expect(await written()).toEqual(before);
  });

  test('content that was changed after it was signed', async () => {
    const enrollment = await enrol();
    const request = certificateRequest(keys, challengeFor(enrollment));
    const message = pkiMessage(request, authority, signer);
    const before = await written();
    const middle = Math.floor(message.length / 2);
    for (const at of [middle, message.length - 10]) {
      const changed = Buffer.from(message);
      changed[at]! ^= 1;
      const answer = await post(changed);
      if (answer.statusCode === 200) {
        expect(readPkiReply(answer.rawPayload, authority, signer).failInfo).toMatch(/^[12]$/);
      } else {
        expect(answer.statusCode).toBe(400);
      }
    }
    expect(await written()).toEqual(before);
  });

  test('whatever is done to a message, there is an answer', async () => {
    const message = pkiMessage(certificateRequest(keys, 'no challenge'), authority, signer);
    const before = await written();
    await fc.assert(
      fc.asyncProperty(mutationsOf(message), async (changed) => {
        const { statusCode } = await post(changed);
        expect([200, 400]).toContain(statusCode);
      }),
      { numRuns: 300 },
    );
    expect(await written()).toEqual(before);
    expect(server.logged()).not.toContain('unexpected error');
  });

  test('a message that is signed with another key than its certificate has', async () => {
    const request = certificateRequest(keys, challengeFor(await enrol()));
    const reply = await ask(request, {}, { certificate: signer.certificate, key: keys.privateKey });
    expect(reply).toMatchObject(success);
    const message = pkiMessage(request, authority, {
      certificate: signer.certificate,
      key: otherKeys.privateKey,
    });
    const answer = await post(message);
    expect(readPkiReply(answer.rawPayload, authority, signer)).toMatchObject({ status: '2', failInfo: '1' });
  });
});

describe('a renewal', () => {
  let current: Identity;
  beforeAll(async () => {
    const { certificates } = await ask(certificateRequest(keys, challengeFor(await enrol({ maxUses: 1 }))));
    current = { certificate: certificates[0]!, key: keys.privateKey };
  });

  test('gets a certificate for a new key without a challenge; asked again, the same', async () => {
    const request = certificateRequest(otherKeys, undefined);
    const [first, again] = [
      await ask(request, { type: '17' }, current),
      await ask(request, { type: '17' }, current),
    ];
    expect(first).toMatchObject(success);
    expect(first.certificates[0]!.checkPrivateKey(otherKeys.privateKey)).toBe(true);
    expect(first.certificates[0]!.serialNumber).not.toBe(current.certificate.serialNumber);
    expect(again.certificates[0]!.serialNumber).toBe(first.certificates[0]!.serialNumber);
    const sameKey = await ask(certificateRequest(keys, undefined), { type: '17' }, current);
    expect(sameKey.certificates[0]!.checkPrivateKey(keys.privateKey)).toBe(true);
  });

  test('by a challenge is refused once what it gave was revoked', async () => {
    const { id } = await enrol();
    const renews = current.certificate.serialNumber;
    const challenge = newChallenge(
      server.secrets,
      server.tenant.organization.id,
      { enrollmentId: id, renews },
      server.now(),
    ).reveal();
    const request = certificateRequest(newKeys(), challenge);
    const [issued] = (await ask(request)).certificates;
    expect((await ask(request)).certificates[0]!.serialNumber).toBe(issued!.serialNumber);
    await server.change(server.tenant, (context) => revokeCertificate(context, issued!.serialNumber));
    expect(await ask(request)).toMatchObject(refused);
  });

  test('is refused to a stranger, after the end, and for a revoked certificate', async () => {
    const request = certificateRequest(otherKeys, undefined);
    expect(await ask(request, { type: '17' }, signer)).toMatchObject(refused);
    const foreign = await server.addTenant('foreign');
    const message = pkiMessage(request, await authorityOf(foreign), current, { type: '17' });
    const answer = await post(message, `/scep/foreign?operation=PKIOperation`);
    expect(readPkiReply(answer.rawPayload, await authorityOf(foreign), current)).toMatchObject(refused);

    await server.change(server.tenant, (context) =>
      revokeCertificate(context, current.certificate.serialNumber),
    );
    expect(await ask(request, { type: '17' }, current)).toMatchObject(refused);
    await sql`update devices_certificate set revoked_at = null`.execute(server.database.connection);
    expect(await ask(request, { type: '17' }, current)).toMatchObject(success);
    server.advance(365 * day);
    const before = await written();
    expect(await ask(request, { type: '17' }, current)).toMatchObject(refused);
    expect(await written()).toEqual(before);
  });
});

describe('over HTTP', () => {
  test.each([
    ['an operation that is not there', () => `${url()}?operation=GetNextCACert`, 400],
    ['no operation', () => url(), 400],
    ['no message', () => `${url()}?operation=PKIOperation`, 400],
    ['an empty message', () => `${url()}?operation=PKIOperation&message=`, 400],
    ['a message that is not Base64', () => `${url()}?operation=PKIOperation&message=%%%`, 400],
    ['an organization that is not there', () => '/scep/nobody?operation=GetCACert', 404],
    ['an id that is not there', () => `/scep/${'0'.repeat(24)}?operation=GetCACert`, 404],
  ])('%s', async (_, to, status) => {
    const answer = await server.app.server.inject(to());
    expect({ status: answer.statusCode, type: answer.headers['content-type'] }).toEqual({
      status,
      type: 'text/plain; charset=utf-8',
    });
  });

  test('an organization without an authority, a message that is too large, and other methods', async () => {
    await server.addTenant('bare');
    expect((await server.app.server.inject('/scep/bare?operation=GetCACert')).statusCode).toBe(404);
    expect((await post(Buffer.alloc(64 * 1024 + 1))).statusCode).toBe(413);
    expect((await post(Buffer.alloc(0))).statusCode).toBe(400);
    expect((await server.app.server.inject({ method: 'DELETE', url: url() })).statusCode).toBe(405);
  });
});
