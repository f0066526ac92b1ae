import { constants, createCipheriv, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { selfSigned } from '../../test/simulated-devices/apple/index.ts';
import { openEnvelope, sealEnvelope } from './envelope.ts';
import { readEnvelopedData } from '../kernel/cms/enveloped-data.ts';

const aes128 = '2.16.840.1.101.3.4.1.2';
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const { certificate } = selfSigned(privateKey, publicKey);
const content = Buffer.from('a request for a certificate');
const key = Buffer.alloc(16, 7);
const initializationVector = Buffer.alloc(16, 9);
const encryptedWith = (used: Buffer) => {
  const cipher = createCipheriv('aes-128-cbc', used, initializationVector);
  return Buffer.concat([cipher.update(content), cipher.final()]);
};
/** RSA without padding of its own, so that any padding can be made. */
const rsa = (padded: Buffer) => publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, padded);
const padded = (change: (block: Buffer) => void = () => {}) => {
  const block = Buffer.concat([Buffer.of(0, 2), Buffer.alloc(256 - 3 - 16, 1), Buffer.of(0), key]);
  change(block);
  return block;
};
const open = (encryptedKey: Buffer, encryptedContent: Buffer, random = randomBytes) =>
  openEnvelope(
    { encryptedKey, contentAlgorithm: aes128, initializationVector, encryptedContent },
    privateKey,
    random,
  );

test('what is sealed can be opened, by the right key alone', () => {
  const sealed = readEnvelopedData(sealEnvelope(content, certificate, aes128, randomBytes));
  expect(openEnvelope(sealed, privateKey, randomBytes)).toEqual(content);
  const other = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  expect(openEnvelope(sealed, other, randomBytes)).toBeUndefined();
});

test('the right padding gives the key', () => {
  expect(open(rsa(padded()), encryptedWith(key))).toEqual(content);
});

// The content is encrypted with the key that stands in for a wrong one, so that it can be seen that this one is used, and no error told.
test.each<[string, (block: Buffer) => void]>([
  ['another first octet', (block) => void (block[0] = 1)],
  ['the block type of signatures', (block) => void (block[1] = 1)],
  ['a zero in the padding', (block) => void (block[100] = 0)],
  ['a zero in the first octet of the padding', (block) => void (block[2] = 0)],
  ['a zero in the last octet of the padding', (block) => void (block[256 - 18] = 0)],
  ['no separator', (block) => void (block[256 - 17] = 1)],
  ['a longer key', (block) => block.set([0, 1], 256 - 18)],
])('with %s a random key comes out instead', (_, change) => {
  const block = padded(change);
  const inPlace = Buffer.alloc(16, 3);
  const random = (length: number) => Buffer.alloc(length, 3);
  // A number above the modulus is refused for everybody to see.
  if (block[0] !== 0) block.fill(0, 2, 3);
  const opened = open(rsa(block), encryptedWith(inPlace), random);
  expect(opened).toEqual(content);
  expect(open(rsa(block), encryptedWith(key), random)).not.toEqual(content);
});

test.each([
  ['a key that is too short', Buffer.alloc(255)],
  ['a number above the modulus', Buffer.alloc(256, 255)],
  ['no key', Buffer.alloc(0)],
])('%s opens nothing', (_, encryptedKey) => {
  expect(open(encryptedKey, encryptedWith(key))).toBeUndefined();
});

test('an unknown cipher, or an initialization vector of the wrong length, opens nothing', () => {
  const message = { encryptedKey: rsa(padded()), encryptedContent: encryptedWith(key) };
  const rc2 = '1.2.840.113549.3.2';
  expect(
    openEnvelope({ ...message, contentAlgorithm: rc2, initializationVector }, privateKey, randomBytes),
  ).toBeUndefined();
  expect(
    openEnvelope(
      { ...message, contentAlgorithm: aes128, initializationVector: Buffer.alloc(8) },
      privateKey,
      randomBytes,
    ),
  ).toBeUndefined();
});
