import { generateKeyPairSync, randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { certificateRequest, pkiMessage, selfSigned } from '../../../../test/support/scep-client.ts';
import { readCertificateRequest } from '../../../devices/certificate-authority/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import { isSignedBy, signerCertificate } from '../cms/signature.ts';
import { readEnvelopedData } from '../cms/wire/enveloped-data.ts';
import { readPkiRequest } from './wire/pki-message.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const signer = selfSigned(keys.privateKey, keys.publicKey);
const request = certificateRequest(keys, 'challenge');
const message = pkiMessage(request, signer.certificate, signer);
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);

/** Everything that is read of a message before its signature is known to be right. */
function readMessage(bytes: Uint8Array): void {
  const { signedData } = readPkiRequest(bytes);
  signerCertificate(signedData);
  isSignedBy(signedData, signer.certificate.publicKey);
  if (signedData.content) readEnvelopedData(signedData.content);
}

/** A message with some of its octets changed, taken out, put in twice or cut off. */
const mutated = (original: Uint8Array) =>
  fc
    .array(
      fc.record({
        kind: fc.constantFrom('set', 'flip', 'remove', 'repeat', 'cut'),
        at: fc.nat(original.length - 1),
        octet: fc.oneof(fc.constantFrom(0, 0x80, 0xff, 0x30, 0x7f), fc.nat(255)),
        length: fc.integer({ min: 1, max: 20 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((changes) => {
      let bytes = Buffer.from(original);
      for (const { kind, at, octet, length } of changes) {
        if (at >= bytes.length) continue;
        if (kind === 'set') bytes[at] = octet;
        else if (kind === 'flip') bytes[at]! ^= 1 << (octet % 8);
        else if (kind === 'cut' && octet < 32) bytes = bytes.subarray(0, at);
        else {
          const kept = kind === 'remove' ? at + length : Math.max(at - length, 0);
          bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(kept)]);
        }
      }
      return bytes;
    });

test.each([
  ['a SCEP message', message, readMessage],
  ['a certificate request', request, readCertificateRequest],
] as const)('%s with changes is read or refused', (_, original, read) => {
  expect(() => read(original)).not.toThrow();
  const seed = randomInt(2 ** 31);
  let refused = 0;
  fc.assert(
    fc.property(mutated(original), (bytes) => {
      try {
        read(bytes);
      } catch (error) {
        refused++;
        if (!(error instanceof Fault)) throw error;
      }
    }),
    { numRuns, seed },
  );
  expect(refused).toBeGreaterThan(numRuns / 3);
});
