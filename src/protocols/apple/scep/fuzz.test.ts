import { generateKeyPairSync, randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mutationsOf } from '../../../../test/support/mutations.ts';
import {
  certificateRequest,
  pkiMessage,
  selfSigned,
} from '../../../../test/simulated-devices/apple/index.ts';
import { readCertificateRequest } from '../../../devices/certificate-authority/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import { isSignedBy, signerCertificate } from '../../../cms/index.ts';
import { readEnvelopedData } from '../../../kernel/cms/enveloped-data.ts';
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

test.each([
  ['a SCEP message', message, readMessage],
  ['a certificate request', request, readCertificateRequest],
] as const)(
  '%s with changes is read or refused',
  (_, original, read) => {
    expect(() => read(original)).not.toThrow();
    const seed = randomInt(2 ** 31);
    let refused = 0;
    fc.assert(
      fc.property(mutationsOf(original), (bytes) => {
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
  },
  300_000,
);
