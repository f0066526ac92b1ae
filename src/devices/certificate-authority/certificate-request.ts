import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import {
  bitsOf,
  childrenOf,
  expectTag,
  oidOf,
  readDer,
  sequenceOf,
  setOf,
  textOf,
  type Der,
} from '../../kernel/der-read.ts';
import { Fault, invalidInput } from '../../kernel/fault.ts';

/** What counts of a request for a certificate: names and extensions are the authority's to choose. */
export interface CertificateRequest {
  readonly publicKey: KeyObject;
  /** The challenge password (RFC 2985, section 5.4.1). */
  readonly challenge: string | undefined;
}

const challengePasswordOid = '1.2.840.113549.1.9.7';

/** SHA-1 is what old clients sign with; whoever could forge it would prove no more than that it has a key of its own. */
const digests: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  // The name that the OSI Implementors' Workshop gave it, which old Windows uses.
  '1.3.14.3.2.29': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
};

/**
 * Reads a PKCS#10 request (RFC 2986) for an RSA key of 2048 to 4096 bits, and sees by its signature that the sender has the private key.
 * Faults: `malformedBody`, `invalidInput`.
 */
export function readCertificateRequest(bytes: Uint8Array): CertificateRequest {
  const [info, algorithm, signature] = sequenceOf(readDer(bytes));
  const [version, subject, key, attributes] = sequenceOf(info);
  if (!version || !subject || !key) throw new Fault('malformedBody', 'The certificate request is cut off.');
  const publicKey = rsaKey(key.raw);
  const digest = digests[oidOf(sequenceOf(algorithm)[0])];
  if (digest === undefined) {
    throw refused('signatureAlgorithm', 'must be RSA with SHA-256, SHA-384, SHA-512 or SHA-1');
  }
  if (!verify(digest, info!.raw, publicKey, bitsOf(signature))) {
    throw refused('signature', 'was not made with the private key of the request');
  }
  return { publicKey, challenge: attributes && challengeIn(attributes) };
}

function rsaKey(spki: Uint8Array): KeyObject {
  const key = publicKeyOf(spki);
  const { modulusLength = 0, publicExponent = 0n } = key?.asymmetricKeyDetails ?? {};
  const isSane = publicExponent >= 65_537n && publicExponent < 2n ** 32n && publicExponent % 2n === 1n;
  if (key?.asymmetricKeyType !== 'rsa' || modulusLength < 2_048 || modulusLength > 4_096 || !isSane) {
    throw refused('publicKey', 'must be an RSA key of 2048 to 4096 bits');
  }
  return key;
}

function publicKeyOf(spki: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

function challengeIn(attributes: Der): string | undefined {
  for (const attribute of childrenOf(expectTag(attributes, 0xa0))) {
    const [type, values] = sequenceOf(attribute);
    if (oidOf(type) === challengePasswordOid) return textOf(setOf(values)[0]);
  }
  return undefined;
}

function refused(path: string, message: string): Fault {
  return invalidInput([{ path, message }]);
}
