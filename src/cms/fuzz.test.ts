import { createHash, generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { selfSigned, signMessage } from '../../test/simulated-devices/apple/index.ts';
import { mutationsOf } from '../../test/support/mutations.ts';
import { Fault } from '../kernel/fault.ts';
import { sealEnvelope } from './envelope.ts';
import { signatureReader } from './message-signature.ts';
import { readEnvelopedData } from '../kernel/cms/enveloped-data.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const signer = selfSigned(keys.privateKey, keys.publicKey);
const body = Buffer.from('<plist><dict><key>Status</key><string>Idle</string></dict></plist>');
const signature = signMessage(signer, body, { digest: 'sha256', isDetached: true }, new Date());
const fingerprint = createHash('sha256').update(signer.certificate.raw).digest();

/** Undefined where the bytes are refused. */
async function readOrRefused<Result>(read: () => Result | Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

async function fuzz(original: Uint8Array, read: (bytes: Buffer) => Promise<boolean>): Promise<void> {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(mutationsOf(original), async (bytes) => {
      if (!(await read(bytes))) refused++;
    }),
    { numRuns, seed: randomInt(2 ** 31) },
  );
  expect(refused).toBeGreaterThan(numRuns / 3);
}

test('a damaged signature is refused, or one of this body and of no other', async () => {
  const reader = signatureReader(10);
  const header = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  expect(reader.read(header(signature), body)).toEqual(fingerprint);
  const other = Buffer.from(body.toString().replace('Idle', 'Done'));
  await fuzz(signature, async (bytes) => {
    const found = await readOrRefused(() => reader.read(header(bytes), body));
    if (found === undefined) return false;
    if (await readOrRefused(() => reader.read(header(bytes), other)))
      throw new Error('it signs another body too');
    return true;
  });
}, 300_000);

test('a damaged envelope is read or refused', async () => {
  const content = Buffer.from('a request for a certificate');
  const sealed = sealEnvelope(content, signer.certificate, '2.16.840.1.101.3.4.1.2', randomBytes);
  await fuzz(sealed, async (bytes) => (await readOrRefused(() => readEnvelopedData(bytes))) !== undefined);
}, 300_000);
