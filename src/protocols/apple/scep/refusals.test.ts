import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mutationsOf } from '../../../../test/support/mutations.ts';
import {
  certificateRequest,
  pkiMessage,
  readPkiReply,
} from '../../../../test/simulated-devices/apple/index.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { removeEnrollment } from '../../../devices/enrollments/index.ts';
import { day, refused, scepClient, success, type ScepClient } from './fixtures/scep-client.ts';

let server: TestServer;
let scep: ScepClient;
beforeAll(async () => {
  server = await testServer();
  scep = await scepClient(server);
});
afterAll(() => server[Symbol.asyncDispose]());

describe('refused, and nothing is written:', () => {
  test.each<[string, () => Promise<Buffer>]>([
    ['no challenge', async () => certificateRequest(scep.keys, undefined)],
    ['a challenge of nobody', async () => certificateRequest(scep.keys, randomBytes(63).toString('hex'))],
    ['a word as challenge', async () => certificateRequest(scep.keys, 'secret')],
    [
      'a challenge that was changed',
      async () => {
        const challenge = await scep.challenge();
        return certificateRequest(
          scep.keys,
          `${challenge.slice(0, -1)}${challenge.endsWith('0') ? '1' : '0'}`,
        );
      },
    ],
    [
      'a challenge of another organization',
      async () => {
        const other = await server.addTenant(`other-${randomBytes(4).toString('hex')}`);
        return certificateRequest(scep.keys, scep.challengeFor(await scep.enrol({}, other), other));
      },
    ],
    [
      'a challenge that was used for another key',
      async () => {
        const challenge = await scep.challenge();
        expect(await scep.ask(certificateRequest(scep.keys, challenge))).toMatchObject(success);
        return certificateRequest(scep.otherKeys, challenge);
      },
    ],
    [
      'a challenge that has expired',
      async () => {
        const challenge = await scep.challenge();
        server.advance(day);
        return certificateRequest(scep.keys, challenge);
      },
    ],
    [
      'an enrolment that is spent',
      async () => {
        const enrollment = await scep.enrol({ maxUses: 1 });
        const [first, second] = [scep.challengeFor(enrollment), scep.challengeFor(enrollment)];
        expect(await scep.ask(certificateRequest(scep.keys, first))).toMatchObject(success);
        return certificateRequest(scep.keys, second);
      },
    ],
    [
      'an enrolment that has expired',
      async () => {
        const challenge = scep.challengeFor(
          await scep.enrol({ expiresAt: new Date(server.now().getTime() + 1_000) }),
        );
        server.advance(1_000);
        return certificateRequest(scep.keys, challenge);
      },
    ],
    [
      'an enrolment that was withdrawn',
      async () => {
        const enrollment = await scep.enrol();
        const challenge = scep.challengeFor(enrollment);
        await server.change(server.tenant, (context) => removeEnrollment(context, enrollment.id));
        return certificateRequest(scep.keys, challenge);
      },
    ],
    [
      'a request that is signed with another key',
      async () => {
        const { privateKey } = scep.otherKeys;
        return certificateRequest({ publicKey: scep.keys.publicKey, privateKey }, await scep.challenge());
      },
    ],
    [
      'a key of 1024 bits',
      async () =>
        certificateRequest(generateKeyPairSync('rsa', { modulusLength: 1_024 }), await scep.challenge()),
    ],
    [
      'a key with exponent 3',
      async () =>
        certificateRequest(
          generateKeyPairSync('rsa', { modulusLength: 2_048, publicExponent: 3 }),
          await scep.challenge(),
        ),
    ],
    [
      'a key on a curve',
      async () =>
        certificateRequest(generateKeyPairSync('ec', { namedCurve: 'P-256' }), await scep.challenge()),
    ],
    ['an envelope with something else in it', async () => Buffer.from('not a request')],
  ])('%s', async (_, makeRequest) => {
    const request = await makeRequest();
    const before = await scep.written();
    expect(await scep.ask(request)).toMatchObject(refused);
    expect(await scep.written()).toEqual(before);
  });

  test('a key that is not encrypted to this authority, whatever is wrong with it, looks alike', async () => {
    const request = certificateRequest(scep.keys, await scep.challenge());
    const before = await scep.written();
    const replies = [];
    for (const encryptedKey of [
      () => randomBytes(384).fill(0, 0, 1),
      () => Buffer.alloc(384),
      () => Buffer.alloc(384, 255),
      () => Buffer.alloc(0),
      (key: Buffer) => key.subarray(1),
    ]) {
      const { recipientNonce: _, ...reply } = await scep.ask(request, { encryptedKey });
      replies.push(reply);
    }
    for (const reply of replies) expect(reply).toEqual({ ...refused, transactionId: 'transaction' });
    expect(await scep.written()).toEqual(before);
  });

  test('content that was changed after it was signed', async () => {
    const enrollment = await scep.enrol();
    const request = certificateRequest(scep.keys, scep.challengeFor(enrollment));
    const message = pkiMessage(request, scep.authority, scep.signer);
    const before = await scep.written();
    const middle = Math.floor(message.length / 2);
    for (const at of [middle, message.length - 10]) {
      const changed = Buffer.from(message);
      changed[at]! ^= 1;
      const answer = await scep.post(changed);
      if (answer.statusCode === 200) {
        expect(readPkiReply(answer.rawPayload, scep.authority, scep.signer).failInfo).toMatch(/^[12]$/);
      } else {
        expect(answer.statusCode).toBe(400);
      }
    }
    expect(await scep.written()).toEqual(before);
  });

  test('whatever is done to a message, there is an answer', async () => {
    const message = pkiMessage(certificateRequest(scep.keys, 'no challenge'), scep.authority, scep.signer);
    const before = await scep.written();
    await fc.assert(
      fc.asyncProperty(mutationsOf(message), async (changed) => {
        const { statusCode } = await scep.post(changed);
        expect([200, 400]).toContain(statusCode);
      }),
      { numRuns: 300 },
    );
    expect(await scep.written()).toEqual(before);
    expect(server.logged()).not.toContain('unexpected error');
  });

  test('a message that is signed with another key than its certificate has', async () => {
    const request = certificateRequest(scep.keys, await scep.challenge());
    const reply = await scep.ask(
      request,
      {},
      { certificate: scep.signer.certificate, key: scep.keys.privateKey },
    );
    expect(reply).toMatchObject(success);
    const message = pkiMessage(request, scep.authority, {
      certificate: scep.signer.certificate,
      key: scep.otherKeys.privateKey,
    });
    const answer = await scep.post(message);
    expect(readPkiReply(answer.rawPayload, scep.authority, scep.signer)).toMatchObject({
      status: '2',
      failInfo: '1',
    });
  });
});
