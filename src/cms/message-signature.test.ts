import type * as nodeCrypto from 'node:crypto';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeEach, expect, test, vi } from 'vitest';
import { selfSigned, signMessage, type Identity } from '../../test/simulated-devices/apple/index.ts';
import { signatureReader } from './message-signature.ts';

let parsed = 0;
vi.mock('node:crypto', async (importOriginal) => {
  const crypto = await importOriginal<typeof nodeCrypto>();
  class Counted extends crypto.X509Certificate {
    constructor(...given: ConstructorParameters<typeof nodeCrypto.X509Certificate>) {
      super(...given);
      parsed++;
    }
  }
  return { ...crypto, X509Certificate: Counted };
});

const now = new Date('2026-03-01T12:00:00Z');
const body = Buffer.from('body');
const newIdentity = (keys: { privateKey: KeyObject; publicKey: KeyObject } = newKeys()): Identity =>
  selfSigned(keys.privateKey, keys.publicKey);
const newKeys = () => generateKeyPairSync('rsa', { modulusLength: 2_048 });
const signed = (identity: Identity, over = body) =>
  signMessage(identity, over, { digest: 'sha256', isDetached: true }, now).toString('base64');

beforeEach(() => {
  parsed = 0;
});

test('the certificate of a device that calls again is known, whatever strangers send meanwhile', async () => {
  const [device, stranger] = [newIdentity(), newIdentity()];
  const [right, wrong] = [signed(device), signed(stranger, Buffer.from('else'))];
  const reader = signatureReader(1);
  parsed = 0;
  const fingerprint = await reader.read(right, body);
  expect(await reader.read(right, body)).toEqual(fingerprint);
  expect(parsed).toBe(1);
  await expect(reader.read(wrong, body)).rejects.toMatchObject({ code: 'tokenInvalid' });
  expect(await reader.read(right, body)).toEqual(fingerprint);
  expect(parsed).toBe(2);
  await reader.read(signed(stranger), body);
  await reader.read(right, body);
  expect(parsed).toBe(4);
});
