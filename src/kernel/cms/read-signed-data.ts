import {
  childrenOf,
  octetsOf,
  oidOf,
  readDer,
  sequenceOf,
  setOf,
  taggedIn,
  tags,
  type Der,
} from '../der-read.ts';
import { der } from '../der-write.ts';
import { Fault } from '../fault.ts';
import { oids } from './oids.ts';

/** A CMS SignedData (RFC 5652, section 5) with one signer and signed attributes, as it was sent: nothing of it is checked yet. */
export interface SignedData {
  /** Undefined where the content is sent beside the message. */
  readonly content: Uint8Array | undefined;
  /** DER of each certificate. */
  readonly certificates: readonly Uint8Array[];
  readonly signer: Signer;
}

export interface Signer {
  /** Whose certificate: the DER of its issuer's name, and of its serial number. */
  readonly issuer: Uint8Array;
  readonly serialNumber: Uint8Array;
  readonly digestAlgorithm: string;
  readonly signatureAlgorithm: string;
  /** The values of each attribute, by its object identifier. */
  readonly attributes: ReadonlyMap<string, readonly Der[]>;
  /** What the signature is over. */
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** Faults: `malformedBody`. */
export function readSignedData(bytes: Uint8Array): SignedData {
  const [contentType, wrapped] = sequenceOf(readDer(bytes));
  if (oidOf(contentType) !== oids.signedData) throw malformed('is not SignedData');
  const [, , encapsulated, ...rest] = sequenceOf(taggedIn(wrapped, 0xa0));
  const [, content] = sequenceOf(encapsulated);
  const certificates = rest.find(({ tag }) => tag === 0xa0);
  const signers = setOf(rest.find(({ tag }) => tag === tags.set));
  const [signer] = signers;
  if (!signer || signers.length > 1) throw malformed(`has ${signers.length} signers instead of one`);
  return {
    content: content && octetsOf(taggedIn(content, 0xa0)),
    // Other kinds than X.509 are tagged.
    certificates: certificates
      ? childrenOf(certificates).flatMap(({ tag, raw }) => (tag === tags.sequence ? [raw] : []))
      : [],
    signer: readSigner(signer),
  };
}

function readSigner(value: Der): Signer {
  const [, identifier, digestAlgorithm, ...rest] = sequenceOf(value);
  const [attributes, signatureAlgorithm, signature] = rest;
  const [issuer, serialNumber] = sequenceOf(identifier);
  if (!issuer || serialNumber?.tag !== tags.integer)
    throw malformed('does not name its signer by serial number');
  if (attributes?.tag !== 0xa0) throw malformed('has no signed attributes');
  return {
    issuer: issuer.raw,
    serialNumber: serialNumber.raw,
    digestAlgorithm: oidOf(sequenceOf(digestAlgorithm)[0]),
    signatureAlgorithm: oidOf(sequenceOf(signatureAlgorithm)[0]),
    attributes: readAttributes(attributes),
    // Signed as the set that they are, not with the tag that they have here (section 5.4).
    signedBytes: der(tags.set, attributes.content),
    signature: octetsOf(signature),
  };
}

function readAttributes(attributes: Der): Map<string, readonly Der[]> {
  const read = new Map<string, readonly Der[]>();
  for (const attribute of childrenOf(attributes)) {
    const [type, values] = sequenceOf(attribute);
    const name = oidOf(type);
    if (read.has(name)) throw malformed(`has the attribute ${name} twice`);
    read.set(name, setOf(values));
  }
  return read;
}

function malformed(problem: string): Fault {
  return new Fault('malformedBody', `The CMS message ${problem}.`);
}
