import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  certificateRequest,
  contentCiphers,
  pkiMessage,
  readPkiReply,
  type Identity,
} from '../../../../test/simulated-devices/apple/index.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { sql } from '../../../database/index.ts';
import { revokeCertificate } from '../../../devices/certificate-authority/index.ts';
import { octetsOf, readDer, sequenceOf, taggedIn } from '../../../kernel/der-read.ts';
import { derOctets } from '../../../kernel/der-write.ts';
import { listAuditEvents, operatorScope } from '../../../tenancy/index.ts';
import { newChallenge } from './challenge.ts';
import {
  authorityOf,
  day,
  newKeys,
  refused,
  scepClient,
  success,
  type ScepClient,
} from './fixtures/scep-client.ts';

let server: TestServer;
let scep: ScepClient;
beforeAll(async () => {
  server = await testServer();
  scep = await scepClient(server);
});
afterAll(() => server[Symbol.asyncDispose]());

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

describe('a device that enrols', () => {
  test.each(Object.keys(contentCiphers) as (keyof typeof contentCiphers)[])(
    'gets a certificate for its key, encrypted as it asked: %s',
    async (cipher) => {
      const enrollment = await scep.enrol();
      const senderNonce = randomBytes(16);
      const reply = await scep.ask(certificateRequest(scep.keys, scep.challengeFor(enrollment)), {
        cipher,
        senderNonce,
        transactionId: 'A1B2',
        digest: cipher === 'des' ? 'sha1' : 'sha512',
      });
      expect(reply).toMatchObject({ ...success, transactionId: 'A1B2', recipientNonce: senderNonce });
      const [certificate, issuer] = reply.certificates;
      expect(issuer!.raw.equals(scep.authority.raw)).toBe(true);
      expect(certificate!.verify(scep.authority.publicKey)).toBe(true);
      expect(certificate!.checkPrivateKey(scep.keys.privateKey)).toBe(true);
      expect(certificate!.subject).toMatch(/^O=default\nCN=device [0-9a-f]{24}$/);
      expect(certificate!.ca).toBe(false);
      expect(certificate!.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
      expect(certificate!.validToDate.getTime()).toBe(server.now().getTime() + 365 * day);
      expect(certificate!.validFromDate.getTime()).toBe(server.now().getTime() - 3_600_000);
      expect(await scep.usesOf(enrollment)).toBe(1);
    },
  );

  test('may sign with another key than the one in its request', async () => {
    const reply = await scep.ask(certificateRequest(scep.otherKeys, await scep.challenge()));
    expect(reply.certificates[0]!.checkPrivateKey(scep.otherKeys.privateKey)).toBe(true);
  });

  test('may ask by GET, in either Base64 alphabet, with a plus that became a space, and with one question mark too many', async () => {
    const request = certificateRequest(scep.keys, await scep.challenge());
    const message = pkiMessage(request, scep.authority, scep.signer);
    const base64 = message.toString('base64');
    for (const to of [
      `${scep.url}?operation=PKIOperation&message=${encodeURIComponent(base64)}`,
      `${scep.url}?operation=PKIOperation&message=${base64}`,
      `${scep.url}?operation=PKIOperation&message=${message.toString('base64url')}`,
      `${scep.url}??operation=PKIOperation&message=${encodeURIComponent(base64)}`,
    ]) {
      const answer = await server.app.server.inject(to);
      expect(answer.statusCode).toBe(200);
      expect(readPkiReply(answer.rawPayload, scep.authority, scep.signer)).toMatchObject(success);
    }
  });

  test('may send its message in pieces, with lengths that are not known beforehand', async () => {
    const message = pkiMessage(
      certificateRequest(scep.keys, await scep.challenge()),
      scep.authority,
      scep.signer,
    );
    const answer = await scep.post(inPieces(message));
    expect(readPkiReply(answer.rawPayload, scep.authority, scep.signer)).toMatchObject(success);
  });

  test('and asks again gets the same certificate, and one use is counted, however many ask at once', async () => {
    const enrollment = await scep.enrol({ maxUses: 1 });
    const message = pkiMessage(
      certificateRequest(scep.keys, scep.challengeFor(enrollment)),
      scep.authority,
      scep.signer,
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => scep.post(message)));
    const replies = answers.map(({ rawPayload }) => readPkiReply(rawPayload, scep.authority, scep.signer));
    expect(new Set(replies.map(({ certificates }) => certificates[0]?.fingerprint256)).size).toBe(1);
    expect(replies[0]).toMatchObject(success);
    expect(await scep.usesOf(enrollment)).toBe(1);
  });

  test('is in the audit log, without its challenge', async () => {
    const enrollment = await scep.enrol();
    const challenge = scep.challengeFor(enrollment);
    await scep.ask(certificateRequest(scep.keys, challenge));
    const scope = operatorScope(server.tenant.organization, 'test');
    const [issued, redeemed] = await listAuditEvents({ db: server.database, scope }, { limit: 2 });
    expect(issued).toMatchObject({ action: 'certificate.issue', actor: { kind: 'device' } });
    expect(redeemed).toMatchObject({ action: 'enrollment.redeem', target: { id: enrollment.id } });
    expect(JSON.stringify([issued, redeemed]) + server.logged()).not.toContain(challenge);
  });
});

describe('a renewal', () => {
  let current: Identity;
  beforeAll(async () => {
    const { certificates } = await scep.ask(
      certificateRequest(scep.keys, scep.challengeFor(await scep.enrol({ maxUses: 1 }))),
    );
    current = { certificate: certificates[0]!, key: scep.keys.privateKey };
  });

  test('gets a certificate for a new key without a challenge; asked again, the same', async () => {
    const request = certificateRequest(scep.otherKeys, undefined);
    const [first, again] = [
      await scep.ask(request, { type: '17' }, current),
      await scep.ask(request, { type: '17' }, current),
    ];
    expect(first).toMatchObject(success);
    expect(first.certificates[0]!.checkPrivateKey(scep.otherKeys.privateKey)).toBe(true);
    expect(first.certificates[0]!.serialNumber).not.toBe(current.certificate.serialNumber);
    expect(again.certificates[0]!.serialNumber).toBe(first.certificates[0]!.serialNumber);
    const sameKey = await scep.ask(certificateRequest(scep.keys, undefined), { type: '17' }, current);
    expect(sameKey.certificates[0]!.checkPrivateKey(scep.keys.privateKey)).toBe(true);
  });

  test('by a challenge is refused once what it gave was revoked', async () => {
    const { id } = await scep.enrol();
    const renews = current.certificate.serialNumber;
    const challenge = newChallenge(
      server.secrets,
      server.tenant.organization.id,
      { enrollmentId: id, renews },
      server.now(),
    ).reveal();
    const request = certificateRequest(newKeys(), challenge);
    const [issued] = (await scep.ask(request)).certificates;
    expect((await scep.ask(request)).certificates[0]!.serialNumber).toBe(issued!.serialNumber);
    await server.change(server.tenant, (context) => revokeCertificate(context, issued!.serialNumber));
    expect(await scep.ask(request)).toMatchObject(refused);
  });

  test('is refused to a stranger, after the end, and for a revoked certificate', async () => {
    const request = certificateRequest(scep.otherKeys, undefined);
    expect(await scep.ask(request, { type: '17' }, scep.signer)).toMatchObject(refused);
    const foreign = await server.addTenant('foreign');
    const message = pkiMessage(request, await authorityOf(server, foreign), current, { type: '17' });
    const answer = await scep.post(message, `/scep/foreign?operation=PKIOperation`);
    expect(readPkiReply(answer.rawPayload, await authorityOf(server, foreign), current)).toMatchObject(
      refused,
    );

    await server.change(server.tenant, (context) =>
      revokeCertificate(context, current.certificate.serialNumber),
    );
    expect(await scep.ask(request, { type: '17' }, current)).toMatchObject(refused);
    await sql`update devices_certificate set revoked_at = null`.execute(server.database.connection);
    expect(await scep.ask(request, { type: '17' }, current)).toMatchObject(success);
    server.advance(365 * day);
    const before = await scep.written();
    expect(await scep.ask(request, { type: '17' }, current)).toMatchObject(refused);
    expect(await scep.written()).toEqual(before);
  });
});
