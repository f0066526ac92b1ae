import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { selfSigned, signMessage, type Identity } from '../../test/simulated-devices/apple/index.ts';
import { signatureReader } from './message-signature.ts';

const now = new Date('2026-03-01T12:00:00Z');
const body = Buffer.from('body');

function newIdentity(): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return selfSigned(privateKey, publicKey);
}

function signed(identity: Identity, over = body): string {
  return signMessage(identity, over, { digest: 'sha256', isDetached: true }, now).toString('base64');
}

test('the certificate of a device that calls again is known, whatever strangers send meanwhile', async () => {
  const [device, stranger] = [newIdentity(), newIdentity()];
  const reader = signatureReader(1);
  const read = () => reader.read(signed(device), body);
  const fingerprint = await read();
  // What is known of a certificate is one object; of one that is read anew it is another.
  expect(await read()).toBe(fingerprint);
  await expect(reader.read(signed(stranger, Buffer.from('else')), body)).rejects.toMatchObject({
    code: 'tokenInvalid',
  });
  expect(await read()).toBe(fingerprint);
  await reader.read(signed(stranger), body);
  const again = await read();
  expect(again).not.toBe(fingerprint);
  expect(again).toEqual(fingerprint);
});
