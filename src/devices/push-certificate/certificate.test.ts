import { createHash, generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attributeOids, makeApplePushCa, type NameAttribute } from '../../../test/support/apple-push-ca.ts';
import { Fault } from '../../kernel/fault.ts';
import { checkPushCertificate, readPushCertificate, type PushCertificate } from './certificate.ts';
import { encodePem } from './pem.ts';

const ca = makeApplePushCa();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const topic = 'com.apple.mgmt.External.7a0c6f52-2f4b-4f1d-8a3c-5d0e9b1c2a34';
const good = ca.issueForKey(rsa.publicKey, { topic });
const goodDer = new X509Certificate(good).raw;
const ecDer = new X509Certificate(ca.issueForKey(ec.publicKey, { topic })).raw;

function withSubject(...subject: (readonly NameAttribute[])[]): string {
  return ca.issueForKey(ec.publicKey, { subject });
}

function uid(value: string): NameAttribute {
  return [attributeOids.uid, value];
}

function fingerprintOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** The good certificate's DER with one ASCII text in it replaced by one of the same length. */
function patched(text: string, replacement: string): Buffer {
  return Buffer.from(goodDer.toString('latin1').replace(text, replacement), 'latin1');
}

/** The messages of the violations at `certificate` that the action ends in. */
function refusals(action: () => unknown): string[] {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    const { code, violations } = error as Fault;
    expect(code).toBe('invalidInput');
    expect(violations.map(({ path }) => path)).toEqual(violations.map(() => 'certificate'));
    return violations.map(({ message }) => message);
  }
  return [];
}

describe('a push certificate is read', () => {
  test('with all its facts', () => {
    expect(readPushCertificate(good)).toEqual({
      pem: good,
      topic,
      serialNumber: '4F8E21AA03B7C9D1',
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2027-01-01T00:00:00Z'),
      publicKeyFingerprint: fingerprintOf(rsa.publicKey),
      issuer: 'C=US, O=Apple Inc., CN=Test Application Integration Certification Authority',
      subjectCommonName: 'APSP:7a0c6f52-2f4b-4f1d-8a3c-5d0e9b1c2a34',
    });
  });

  test('with an EC key', () => {
    const certificate = readPushCertificate(ca.issueForKey(ec.publicKey, { topic }));
    expect(certificate).toMatchObject({ topic, publicKeyFingerprint: fingerprintOf(ec.publicKey) });
  });

  test.each([
    ['CRLF line ends', good.replaceAll('\n', '\r\n')],
    ['no final newline', good.trimEnd()],
    ['line ends lost in a form field', good.replaceAll('\n', ' ')],
    ['whitespace around', `\n\n  ${good}  \n\t`],
    ['indented lines', good.replaceAll('\n', '\n    ')],
    ['a byte order mark', `\uFEFF${good}`],
    ["openssl's bag attributes", `Bag Attributes\n    friendlyName: APSP\nsubject=UID = x\n\n${good}`],
    ['the old label', good.replaceAll(' CERTIFICATE', ' X509 CERTIFICATE')],
    ['the CA after it', good + ca.certificatePem],
    ['the CA before it', ca.certificatePem + good],
  ])('with %s, and normalised', (_, pem) => {
    expect(readPushCertificate(pem)).toEqual(readPushCertificate(good));
  });

  test('where the UID shares its RDN with other attributes', () => {
    expect(readPushCertificate(withSubject([[attributeOids.commonName, 'x'], uid(topic)])).topic).toBe(topic);
  });

  test('where another attribute pretends to hold a UID', () => {
    const pem = withSubject(
      [[attributeOids.commonName, 'x\nUID=com.apple.mgmt.External.fake']],
      [uid(topic)],
    );
    expect(readPushCertificate(pem)).toMatchObject({
      topic,
      subjectCommonName: 'x\uFFFDUID=com.apple.mgmt.External.fake',
    });
  });

  test('without a common name, or with one that a database would not store', () => {
    expect(readPushCertificate(withSubject([uid(topic)])).subjectCommonName).toBeUndefined();
    const pem = withSubject([uid(topic)], [[attributeOids.commonName, 'a\0b']]);
    expect(readPushCertificate(pem).subjectCommonName).toBe('a\uFFFDb');
  });
});

test('a date that is none is never taken for a date', () => {
  // Node made one in about five thousand of them.
  const pem = encodePem('CERTIFICATE', patched('270101000000Z', '271301000000Z'));
  for (let count = 0; count < 20_000; count++) {
    expect(refusals(() => readPushCertificate(pem))).toHaveLength(1);
  }
}, 300_000);

describe('refused, with a sentence that says why:', () => {
  const body = good.split('\n').slice(1, -2).join('\n');
  const privateKeyPem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

  test.each([
    ['nothing', '', 'The certificate is empty.'],
    ['white space', ' \r\n\t', 'The certificate is empty.'],
    ['prose', 'MIIF', 'This is not PEM.'],
    ['base64 without its frame', body, 'This is not PEM.'],
    ['a file without its first line', good.slice(28), 'This is not PEM.'],
    ['64 KB and a byte', good + '\n'.repeat(64 * 1024 + 1 - good.length), 'The text is longer than 64 KB.'],
    ['a multi-byte text of 64 KB', 'ä'.repeat(32 * 1024 + 1), 'The text is longer than 64 KB.'],
    ['a NUL', good.replace('\n', '\n\0'), 'The text holds a NUL character'],
    ['binary DER', goodDer.toString('latin1'), 'The text holds a NUL character'],
    ['a signing request', encodePem('CERTIFICATE REQUEST', goodDer), 'This is a certificate signing request'],
    [
      'an old signing request',
      encodePem('NEW CERTIFICATE REQUEST', goodDer),
      'This is a certificate signing request',
    ],
    ['a private key beside the certificate', good + privateKeyPem, 'The text holds a private key.'],
    [
      'an encrypted private key',
      encodePem('ENCRYPTED PRIVATE KEY', goodDer),
      'The text holds a private key.',
    ],
    ['PKCS#7', encodePem('PKCS7', goodDer), 'This is PKCS#7, not a certificate.'],
    ['CMS', encodePem('CMS', goodDer), 'This is PKCS#7, not a certificate.'],
    ['another kind', encodePem('PUBLIC KEY', goodDer), 'This is a PEM block of the kind "PUBLIC KEY".'],
    ['an encrypted block', good.replace('\n', '\nProc-Type: 4,ENCRYPTED\n'), 'The certificate is encrypted.'],
    [
      'a missing last line',
      good.slice(0, -28),
      'The certificate is cut off: the line "-----END CERTIFICATE-----" is missing.',
    ],
    ['a wrong last line', good.replace('END CERTIFICATE', 'END PKCS7'), 'The certificate is cut off'],
    [
      'escaped line ends',
      good.replaceAll('\n', '\\n'),
      'The text between the BEGIN and END lines is not base64',
    ],
    [
      'a lost character',
      good.replace(/.\n-----END/, '\n-----END'),
      'The text between the BEGIN and END lines is not base64',
    ],
    [
      'an empty block',
      encodePem('CERTIFICATE', Buffer.of()),
      'The text between the BEGIN and END lines is not base64',
    ],
    [
      'lost lines',
      encodePem('CERTIFICATE', goodDer.subarray(0, -48)),
      'The content of the PEM block is not an X.509 certificate',
    ],
    [
      'other content',
      encodePem('CERTIFICATE', Buffer.from('hello')),
      'The content of the PEM block is not an X.509 certificate',
    ],
    [
      'trailing bytes',
      encodePem('CERTIFICATE', Buffer.concat([goodDer, Buffer.of(0)])),
      'The content of the PEM block is more than a certificate',
    ],
    [
      'PEM inside PEM',
      encodePem('CERTIFICATE', Buffer.from(good)),
      'The content of the PEM block is more than a certificate',
    ],
    [
      'the year 0',
      ca.issueForKey(ec.publicKey, { notBefore: new Date('0000-01-01T00:00:00Z') }),
      'The dates of the certificate make no sense.',
    ],
    [
      'an end before the start',
      ca.issueForKey(ec.publicKey, { notAfter: new Date('2025-12-31T00:00:00Z') }),
      'The dates of the certificate make no sense.',
    ],
    [
      'a date that is none',
      encodePem('CERTIFICATE', patched('270101000000Z', '271301000000Z')),
      'The dates of the certificate make no sense.',
    ],
    [
      'a negative serial number',
      ca.issueForKey(ec.publicKey, { serialNumber: 'ff00' }),
      'The serial number of the certificate is negative.',
    ],
    ['no UID', withSubject([[attributeOids.commonName, topic]]), 'The certificate has no topic'],
    [
      'two UIDs',
      withSubject([uid(topic)], [uid('com.apple.mgmt.External.b')]),
      'The subject of the certificate has 2 UIDs',
    ],
    ['two UIDs in one RDN', withSubject([uid('x'), uid(topic)]), 'The subject of the certificate has 2 UIDs'],
    [
      "an app's bundle id",
      withSubject([uid('com.example.app')]),
      'The topic of the certificate (the UID of its subject) is "com.example.app". An MDM push certificate has one that begins with "com.apple.mgmt."',
    ],
    ['a topic in capitals', withSubject([uid('COM.APPLE.MGMT.External.a')]), 'The topic of the certificate'],
    ['a bare prefix', withSubject([uid('com.apple.mgmt.')]), 'The topic of the certificate'],
    ['a prefix in the middle', withSubject([uid(`x${topic}`)]), 'The topic of the certificate'],
    [
      'a topic with a line end',
      withSubject([uid(`${topic}\n`)]),
      `The topic of the certificate (the UID of its subject) is "${topic}\uFFFD".`,
    ],
    [
      'a topic with a NUL',
      withSubject([uid(`${topic}\0`)]),
      `The topic of the certificate (the UID of its subject) is "${topic}\uFFFD".`,
    ],
    ['two push certificates', good + ca.issueForKey(ec.publicKey), 'The text holds 2 push certificates.'],
    [
      'two certificates of which none is for push',
      ca.certificatePem.repeat(2),
      'None of the 2 certificates is an MDM push certificate',
    ],
    [
      'a broken certificate beside a good one',
      good + encodePem('CERTIFICATE', Buffer.from('hello')),
      'The content of the PEM block is not an X.509 certificate',
    ],
  ])('%s', (_, pem, sentence) => {
    const messages = refusals(() => readPushCertificate(pem));
    expect(messages).toHaveLength(1);
    expect(messages[0]!.slice(0, sentence.length)).toBe(sentence);
  });

  test('a public key of an unknown kind, which ends the process in Node’s `toLegacyObject()`', () => {
    const rsaOid = Buffer.from('2a864886f70d010101', 'hex');
    const der = Buffer.from(goodDer);
    der[der.lastIndexOf(rsaOid) + rsaOid.length - 1] = 0x7f;
    expect(refusals(() => readPushCertificate(encodePem('CERTIFICATE', der)))).toEqual([
      'The content of the PEM block is not an X.509 certificate, or it is damaged. Copy the file again.',
    ]);
  });

  test('a private key is never repeated', () => {
    const [message] = refusals(() => readPushCertificate(privateKeyPem));
    for (const line of privateKeyPem.split('\n').slice(1, -2)) expect(message).not.toContain(line);
  });
});

describe('whatever is sent, it is a push certificate or a fault:', () => {
  const outcome = (pem: string) => {
    try {
      const { topic, serialNumber, notBefore, notAfter, ...texts } = readPushCertificate(pem);
      expect(topic).toMatch(/^com\.apple\.mgmt\../);
      expect(serialNumber).toMatch(/^[0-9A-F]+$/);
      expect(notBefore.getTime() + notAfter.getTime()).not.toBeNaN();
      for (const text of Object.values(texts)) expect(text ?? '').not.toMatch(/[\0\r]/);
      expect(readPushCertificate(texts.pem).pem).toBe(texts.pem);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      expect(error.code).toBe('invalidInput');
    }
  };
  const runs = { numRuns: 1_000 };

  test('random text', () => {
    const fragment = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('-----BEGIN ', '-----END ', 'CERTIFICATE', '-----', '\n', good, ca.certificatePem),
    );
    const text = fc.array(fragment, { maxLength: 8 }).map((fragments) => fragments.join(''));
    fc.assert(fc.property(text, outcome), runs);
  });

  test('random bytes in PEM', () => {
    const bytes = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(bytes, (der) => outcome(encodePem('CERTIFICATE', der))),
      runs,
    );
  });

  test('a text cut anywhere', () => {
    fc.assert(
      fc.property(fc.nat(good.length), (length) => outcome(good.slice(0, length))),
      runs,
    );
  });

  test('a certificate cut anywhere', () => {
    fc.assert(
      fc.property(fc.nat(goodDer.length), (length) =>
        outcome(encodePem('CERTIFICATE', goodDer.subarray(0, length))),
      ),
      runs,
    );
  });

  test('a certificate with flipped bits', () => {
    const positions = fc.array(fc.nat(10_000), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(goodDer, ecDer), positions, (original, flipped) => {
        const der = Buffer.from(original);
        for (const position of flipped) der[(position >> 3) % der.length]! ^= 1 << (position & 7);
        outcome(encodePem('CERTIFICATE', der));
      }),
      runs,
    );
  });
});

describe('a certificate is put to use', () => {
  const certificate: PushCertificate = readPushCertificate(good);
  const fingerprint = fingerprintOf(rsa.publicKey);
  const acceptedFingerprints = [{ fingerprint: fingerprintOf(ec.publicKey) }, { fingerprint }];
  const now = new Date('2026-06-01T00:00:00Z');

  test('where its key belongs to one of the signing requests, from its first to its last second', () => {
    for (const now of [certificate.notBefore, certificate.notAfter]) {
      expect(checkPushCertificate(certificate, { now, acceptedFingerprints })).toEqual({
        matchedFingerprint: fingerprint,
      });
    }
  });

  test('as a renewal, without a warning', () => {
    const checked = checkPushCertificate(certificate, { now, acceptedFingerprints, currentTopic: topic });
    expect(checked).toEqual({ matchedFingerprint: fingerprint });
  });

  test('with another topic than the one in use, with a loud warning', () => {
    const currentTopic = 'com.apple.mgmt.External.old';
    const { warning } = checkPushCertificate(certificate, { now, acceptedFingerprints, currentTopic });
    expect(warning).toContain(
      `The topic changes from ${currentTopic} to ${topic}: EVERY ENROLLED APPLE DEVICE HAS TO ENROL AGAIN`,
    );
    expect(warning).toContain(`renew the certificate of ${currentTopic}`);
  });

  test.each([
    [
      'before its first second',
      { now: new Date('2025-12-31T23:59:59Z') },
      [
        'The certificate is not valid before 2026-01-01T00:00:00.000Z, and it is 2025-12-31T23:59:59.000Z now.',
      ],
    ],
    [
      'after its last second',
      { now: new Date('2027-01-01T00:00:01Z') },
      ['The certificate expired at 2027-01-01T00:00:00.000Z.'],
    ],
    [
      'with a key of no request',
      { acceptedFingerprints: acceptedFingerprints.slice(0, 1) },
      [
        `The certificate was made for another signing request: its public key (SHA-256 ${fingerprint}) belongs to none`,
      ],
    ],
    [
      'before any request was made',
      { acceptedFingerprints: [] },
      ['This server has not made a signing request yet.'],
    ],
    [
      'for two reasons',
      { now: new Date('2027-02-01T00:00:00Z'), acceptedFingerprints: [] },
      ['The certificate expired at', 'This server has not made a signing request yet.'],
    ],
  ])('but not %s', (_, context, sentences) => {
    const messages = refusals(() =>
      checkPushCertificate(certificate, { now, acceptedFingerprints, ...context }),
    );
    expect(messages).toHaveLength(sentences.length);
    for (const [index, sentence] of sentences.entries()) {
      expect(messages[index]!.slice(0, sentence.length)).toBe(sentence);
    }
  });
});
