import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
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

test('the certificate of a device that calls again is known, whatever strangers send meanwhile', () => {
  const [device, stranger] = [newIdentity(), newIdentity()];
  const reader = signatureReader(1);
  const read = () => reader.read(signed(device), body);
  const fingerprint = read();
  // What is known of a certificate is one object; of one that is read anew it is another.
  expect(read()).toBe(fingerprint);
  expect(() => reader.read(signed(stranger, Buffer.from('else')), body)).toThrow(
    expect.objectContaining({ code: 'tokenInvalid' }),
  );
  expect(read()).toBe(fingerprint);
  reader.read(signed(stranger), body);
  const again = read();
  expect(again).not.toBe(fingerprint);
  expect(again).toEqual(fingerprint);
});

test('a key with which each check would take long is refused', () => {
  const quick = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  expect(signatureReader().read(signed(selfSigned(quick.privateKey, quick.publicKey)), body)).toHaveLength(
    32,
  );
  const { privateKey, publicKey } = withLargeExponent(quick.privateKey);
  expect(() => signatureReader().read(signed(selfSigned(privateKey, publicKey)), body)).toThrow(
    expect.objectContaining({ code: 'tokenInvalid' }),
  );
});

/** The same key with its two exponents the other way round. */
function withLargeExponent(key: KeyObject): { privateKey: KeyObject; publicKey: KeyObject } {
  const jwk = key.export({ format: 'jwk' });
  const numberOf = (text: string) => BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`);
  const remainder = (prime: string) => {
    const hex = (numberOf(jwk.e!) % (numberOf(prime) - 1n)).toString(16);
    return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
  };
  const swapped = { ...jwk, e: jwk.d!, d: jwk.e!, dp: remainder(jwk.p!), dq: remainder(jwk.q!) };
  const privateKey = createPrivateKey({ key: swapped, format: 'jwk' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
