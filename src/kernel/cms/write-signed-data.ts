import {
  der,
  derNull,
  derOctets,
  derOid,
  derSequence,
  derSet,
  derSmallInteger,
  derTagged,
} from '../der-write.ts';
import { expectTag, readDer, sequenceOf, tags, type Der } from '../der-read.ts';
import { oids } from './oids.ts';

/** An attribute and its one value, as DER. */
export interface Attribute {
  readonly type: string;
  readonly value: Uint8Array;
}

/** The signed attributes of a message, and what is to be signed of them. */
export function encodeAttributes(attributes: readonly Attribute[]): Uint8Array {
  return derSet(...attributes.map(({ type, value }) => derSequence(derOid(type), derSet(value))));
}

/**
 * A SignedData (RFC 5652, section 5) with one RSA signature over SHA-256. `attributes` are those of `encodeAttributes`, `signature` is over
 * them. Without content it is a message that says only what its attributes say.
 */
export function encodeSignedData(message: {
  readonly content: Uint8Array | undefined;
  readonly certificates: readonly Uint8Array[];
  /** DER of the signer's certificate. */
  readonly signer: Uint8Array;
  readonly attributes: Uint8Array;
  readonly signature: Uint8Array;
}): Uint8Array {
  const { content, certificates, signer, attributes, signature } = message;
  const sha256 = derSequence(derOid(oids.sha256), derNull);
  const signerInfo = derSequence(
    derSmallInteger(1),
    issuerAndSerialNumber(signer),
    sha256,
    der(0xa0, readDer(attributes).content),
    derSequence(derOid(oids.rsaEncryption), derNull),
    derOctets(signature),
  );
  return contentInfo(
    oids.signedData,
    derSequence(
      derSmallInteger(1),
      derSet(sha256),
      derSequence(derOid(oids.data), ...(content ? [derTagged(0, derOctets(content))] : [])),
      der(0xa0, ...certificates),
      derSet(signerInfo),
    ),
  );
}

/** A SignedData that nobody signed: a list of certificates (RFC 5652, section 5.2). */
export function encodeCertificates(certificates: readonly Uint8Array[]): Uint8Array {
  return contentInfo(
    oids.signedData,
    derSequence(
      derSmallInteger(1),
      derSet(),
      derSequence(derOid(oids.data)),
      der(0xa0, ...certificates),
      derSet(),
    ),
  );
}

export function contentInfo(type: string, content: Uint8Array): Uint8Array {
  return derSequence(derOid(type), derTagged(0, content));
}

/** How CMS names a certificate. `certificate` is its DER. Faults: `malformedBody`. */
export function issuerAndSerialNumber(certificate: Uint8Array): Uint8Array {
  const { issuer, serialNumber } = issuerAndSerialNumberIn(certificate);
  return derSequence(issuer.raw, serialNumber.raw);
}

/** What names a certificate, as it stands in its DER. Faults: `malformedBody`. */
export function issuerAndSerialNumberIn(certificate: Uint8Array): {
  readonly issuer: Der;
  readonly serialNumber: Der;
} {
  const fields = sequenceOf(sequenceOf(readDer(certificate))[0]);
  // The version may be left out.
  const [serialNumber, , issuer] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields;
  return { issuer: expectTag(issuer, tags.sequence), serialNumber: expectTag(serialNumber, tags.integer) };
}
