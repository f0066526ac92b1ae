import { hash, sign, verify, type KeyObject } from 'node:crypto';
import { octetsOf, oidOf } from '../kernel/der-read.ts';
import { derOctets, derOid } from '../kernel/der-write.ts';
import { oids } from '../kernel/cms/oids.ts';
import type { SignedData } from '../kernel/cms/read-signed-data.ts';
import {
  encodeAttributes,
  encodeSignedData,
  issuerAndSerialNumberIn,
  type Attribute,
} from '../kernel/cms/write-signed-data.ts';

/** Devices of ten years ago sign with SHA-1. */
const digests: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  [oids.sha256]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** Of RSA signatures with PKCS#1 v1.5 padding: the name may tell the digest again. */
const signatureDigests: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
};

/** The DER of the certificate that the signer names, if it came with the message. */
export function signerCertificate({ signer, certificates }: SignedData): Uint8Array | undefined {
  return certificates.find((certificate) => {
    const { issuer, serialNumber } = issuerAndSerialNumberIn(certificate);
    return areEqual(issuer.raw, signer.issuer) && areEqual(serialNumber.raw, signer.serialNumber);
  });
}

export function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

type Signed = Pick<SignedData, 'signer' | 'content'>;

/** Whether the message, with the content that it has or that came beside it, was signed with this key. */
export function isSignedBy(signed: Signed, publicKey: KeyObject): boolean {
  const { signedBytes, signature } = signed.signer;
  const digest = digestOfSigned(signed, publicKey);
  return digest !== undefined && verify(digest, signedBytes, publicKey, signature);
}

/** The digest that the signature has to be over; undefined when whatever was signed is not this content, or not by such a key. */
function digestOfSigned(
  { signer, content = new Uint8Array() }: Signed,
  publicKey: KeyObject,
): string | undefined {
  const { attributes, digestAlgorithm, signatureAlgorithm } = signer;
  const digest = digests[digestAlgorithm];
  const isRsa = signatureAlgorithm === oids.rsaEncryption || signatureDigests[signatureAlgorithm] === digest;
  if (digest === undefined || !isRsa || !isQuick(publicKey)) return undefined;
  const contentType = attributes.get(oids.contentType);
  const messageDigest = attributes.get(oids.messageDigest);
  const isOfContent =
    contentType?.length === 1 &&
    oidOf(contentType[0]) === oids.data &&
    messageDigest?.length === 1 &&
    areEqual(hash(digest, content, 'buffer'), octetsOf(messageDigest[0]));
  return isOfContent ? digest : undefined;
}

/** With a larger key or exponent, which nobody uses, strangers could make each check take a thousand times as long. */
function isQuick({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  const { modulusLength = Infinity, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  return asymmetricKeyType === 'rsa' && modulusLength <= 4_096 && publicExponent < 2n ** 32n;
}

/** Signs content, and attributes of it, with RSA and SHA-256. The certificate of the signer goes with it. */
export function signContent(
  signer: { readonly certificate: Uint8Array; readonly key: KeyObject },
  content: Uint8Array | undefined,
  attributes: readonly Attribute[] = [],
): Uint8Array {
  const messageDigest = hash('sha256', content ?? new Uint8Array(), 'buffer');
  const encoded = encodeAttributes([
    { type: oids.contentType, value: derOid(oids.data) },
    { type: oids.messageDigest, value: derOctets(messageDigest) },
    ...attributes,
  ]);
  return encodeSignedData({
    content,
    certificates: [signer.certificate],
    signer: signer.certificate,
    attributes: encoded,
    signature: sign('sha256', encoded, signer.key),
  });
}
