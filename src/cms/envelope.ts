import {
  constants,
  createCipheriv,
  createDecipheriv,
  privateDecrypt,
  publicEncrypt,
  type KeyObject,
  type X509Certificate,
} from 'node:crypto';
import { encodeEnvelopedData, type EnvelopedData } from '../kernel/cms/enveloped-data.ts';

interface ContentCipher {
  readonly name: string;
  readonly keyLength: number;
  readonly blockLength: number;
}

const singleDes = '1.3.14.3.2.7';
const tripleDes = '1.2.840.113549.3.7';

/** By object identifier. Single DES is what old clients send; OpenSSL 3 has it only as triple DES with one key. */
const ciphers: Readonly<Record<string, ContentCipher>> = {
  [singleDes]: { name: 'des-ede3-cbc', keyLength: 8, blockLength: 8 },
  [tripleDes]: { name: 'des-ede3-cbc', keyLength: 24, blockLength: 8 },
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyLength: 16, blockLength: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyLength: 24, blockLength: 16 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyLength: 32, blockLength: 16 },
};

export type RandomBytes = (length: number) => Buffer;

/**
 * The content of a message that was encrypted to this RSA key; undefined, without a reason, when it was not. Whoever can send messages must
 * not learn why one was not readable: with that one could decrypt what others have sent (Bleichenbacher; CVE-2023-46809).
 */
export function openEnvelope(
  envelope: EnvelopedData,
  privateKey: KeyObject,
  randomBytes: RandomBytes,
): Uint8Array | undefined {
  const cipher = ciphers[envelope.contentAlgorithm];
  if (!cipher || envelope.initializationVector.length !== cipher.blockLength) return undefined;
  try {
    const key = openKey(envelope.encryptedKey, privateKey, cipher.keyLength, randomBytes);
    const decipher = createDecipheriv(cipher.name, cipherKey(key), envelope.initializationVector);
    return Buffer.concat([decipher.update(envelope.encryptedContent), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Encrypts content for the holder of an RSA certificate, by the cipher that it used itself, or a better one in place of single DES. */
export function sealEnvelope(
  content: Uint8Array,
  recipient: X509Certificate,
  contentAlgorithm: string,
  randomBytes: RandomBytes,
): Uint8Array {
  const algorithm = contentAlgorithm === singleDes ? tripleDes : contentAlgorithm;
  const { name, keyLength, blockLength } = ciphers[algorithm]!;
  const key = randomBytes(keyLength);
  const initializationVector = randomBytes(blockLength);
  const cipher = createCipheriv(name, key, initializationVector);
  return encodeEnvelopedData({
    recipient: recipient.raw,
    encryptedKey: publicEncrypt({ key: recipient.publicKey, padding: constants.RSA_PKCS1_PADDING }, key),
    contentAlgorithm: algorithm,
    initializationVector,
    encryptedContent: Buffer.concat([cipher.update(content), cipher.final()]),
  });
}

/**
 * Takes a key of known length out of its PKCS#1 v1.5 padding. Where the padding is wrong a random key comes out, and it takes as long, so
 * that the one cannot be told from the other (RFC 3218, section 2.3.2).
 */
function openKey(
  encrypted: Uint8Array,
  privateKey: KeyObject,
  length: number,
  randomBytes: RandomBytes,
): Buffer {
  const key = randomBytes(length);
  // Throws only for what everybody can see: a number that is too large for this key.
  const padded = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, encrypted);
  const separator = padded.length - length - 1;
  let wrong = padded[0]! | (padded[1]! ^ 2) | padded[separator]!;
  for (let at = 2; at < separator; at++) wrong |= isZero(padded[at]!);
  const taken = -isZero(wrong);
  for (let at = 0; at < length; at++) {
    key[at] = (padded[separator + 1 + at]! & taken) | (key[at]! & ~taken);
  }
  return key;
}

/** 1 for 0 and 0 for 1 to 255, without a branch. */
function isZero(octet: number): number {
  return (octet - 1) >>> 31;
}

function cipherKey(key: Buffer): Buffer {
  return key.length === 8 ? Buffer.concat([key, key, key]) : key;
}
