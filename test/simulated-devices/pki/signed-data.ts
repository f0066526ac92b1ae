import { createHash, sign, verify, X509Certificate } from 'node:crypto';
import {
  ContentInfo,
  id_data,
  id_signedData,
  SignedData,
  UnprotectedAttributes,
  type SignerInfo,
} from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { bytesOf, digestOids, oids, type Identity } from './asn1.ts';
import { der, derOid, derSorted, elementsOf } from './der.ts';

export interface SigningOptions {
  readonly digest: keyof typeof digestOids;
  /** The content does not lie in the message. */
  readonly isDetached: boolean;
  /** Signed with the content: object identifier and value in DER. */
  readonly attributes?: readonly (readonly [oid: string, value: Uint8Array])[];
}

/** Signs content with the RSA key of an identity, as a CMS message in DER with the signer's certificate in it. */
export function signContent(signer: Identity, content: Uint8Array, options: SigningOptions): Buffer {
  const { digest, isDetached, attributes = [] } = options;
  const digestAlgorithm = der(0x30, derOid(digestOids[digest]), derNull);
  const messageDigest = createHash(digest).update(content).digest();
  const signedAttributes = derSorted(
    [
      [oids.contentType, derOid(id_data)] as const,
      [oids.messageDigest, der(0x04, messageDigest)] as const,
      ...attributes,
    ].map(([oid, value]) => der(0x30, derOid(oid), der(0x31, Buffer.from(value)))),
  );
  // They are signed as the set that they are, not with the tag that they have in the message.
  const signature = sign(digest, der(0x31, ...signedAttributes), signer.key);
  const signerInfo = der(
    0x30,
    derVersion,
    issuerAndSerialNumberOf(signer.certificate),
    digestAlgorithm,
    der(0xa0, ...signedAttributes),
    der(0x30, derOid(oids.rsaEncryption), derNull),
    der(0x04, signature),
  );
  const encapsulated = isDetached ? [] : [der(0xa0, der(0x04, content))];
  const signedData = der(
    0x30,
    derVersion,
    der(0x31, digestAlgorithm),
    der(0x30, derOid(id_data), ...encapsulated),
    der(0xa0, signer.certificate.raw),
    der(0x31, signerInfo),
  );
  return der(0x30, derOid(id_signedData), der(0xa0, signedData));
}

const derNull = Buffer.of(0x05, 0);
const derVersion = Buffer.of(0x02, 1, 1);

/** Of a certificate (version 3): version, serial number, algorithm, issuer and more. */
function issuerAndSerialNumberOf({ raw }: X509Certificate): Buffer {
  const [, serialNumber, , issuer] = elementsOf(elementsOf(raw)[0]!);
  return der(0x30, issuer!, serialNumber!);
}

export interface SignedContent {
  readonly content: Buffer;
  readonly signer: X509Certificate;
  readonly certificates: readonly X509Certificate[];
  /** What was signed with the content: object identifier and value in DER. */
  readonly attributes: ReadonlyMap<string, Buffer>;
}

/**
 * Reads a signed message and checks its signature, not whether the signer is to be trusted. Throws where the signature is wrong.
 * A detached signature is checked against the content that is given.
 */
export function readSignedContent(
  der: Uint8Array,
  { detached, known = [] }: { detached?: Uint8Array; known?: readonly X509Certificate[] } = {},
): SignedContent {
  const {
    encapContentInfo,
    signerInfos,
    certificates = [],
  } = AsnConvert.parse(AsnConvert.parse(der, ContentInfo).content, SignedData);
  const [signerInfo, another] = signerInfos;
  if (!signerInfo || another) throw new Error('the message has not exactly one signer');
  const embedded = encapContentInfo.eContent?.single?.buffer ?? new ArrayBuffer(0);
  const content = Buffer.from(detached ?? new Uint8Array(embedded));
  const sent = [...certificates].map(({ certificate }) => new X509Certificate(bytesOf(certificate!)));
  const signer = [...sent, ...known].find((certificate) => isOf(signerInfo, certificate));
  if (!signer) throw new Error("the signer's certificate is not in the message");
  const oid = signerInfo.digestAlgorithm.algorithm;
  const digest = Object.entries(digestOids).find(([, value]) => value === oid)?.[0];
  if (digest === undefined) throw new Error(`the digest algorithm ${oid} is not taken`);
  const attributes = new Map(
    signerInfo.signedAttrs?.map(({ attrType, attrValues }) => [attrType, Buffer.from(attrValues[0]!)]),
  );
  const stated = attributes.get(oids.messageDigest);
  if (stated) {
    const actual = createHash(digest).update(content).digest();
    if (!actual.equals(Buffer.from(AsnConvert.parse(stated, OctetString).buffer))) {
      throw new Error('the content is not the one that was signed');
    }
  }
  const signedPart = stated ? signedBytes(signerInfo) : content;
  if (!verify(digest, signedPart, signer.publicKey, Buffer.from(signerInfo.signature.buffer))) {
    throw new Error('the signature is wrong');
  }
  return { content, signer, certificates: sent, attributes };
}

function isOf({ sid }: SignerInfo, certificate: X509Certificate): boolean {
  if (!sid.issuerAndSerialNumber) return true;
  return bytesOf(sid.issuerAndSerialNumber).equals(issuerAndSerialNumberOf(certificate));
}

/** Attributes are signed as the set that they are, not with the tag that they have in the message. */
function signedBytes({ signedAttrs }: SignerInfo): Buffer {
  return bytesOf(new UnprotectedAttributes(signedAttrs));
}
