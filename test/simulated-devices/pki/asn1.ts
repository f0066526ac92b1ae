import { X509Certificate, type KeyObject } from 'node:crypto';
import { ContentInfo, IssuerAndSerialNumber, SignedData } from '@peculiar/asn1-cms';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
} from '@peculiar/asn1-x509';

/** A certificate and its private key. */
export interface Identity {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const oids = {
  challengePassword: '1.2.840.113549.1.9.7',
  commonName: '2.5.4.3',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  rsaEncryption: '1.2.840.113549.1.1.1',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  messageType: '2.16.840.1.113733.1.9.2',
  pkiStatus: '2.16.840.1.113733.1.9.3',
  failInfo: '2.16.840.1.113733.1.9.4',
  senderNonce: '2.16.840.1.113733.1.9.5',
  recipientNonce: '2.16.840.1.113733.1.9.6',
  transactionId: '2.16.840.1.113733.1.9.7',
} as const;

export const digestOids = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

const asn1Null = new Uint8Array([5, 0]).buffer;

export function contentInfo(contentType: string, content: object): Buffer {
  return bytesOf(new ContentInfo({ contentType, content: AsnConvert.serialize(content) }));
}

export function issuerAndSerialNumber(certificate: X509Certificate): IssuerAndSerialNumber {
  const { issuer, serialNumber } = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate;
  return new IssuerAndSerialNumber({ issuer, serialNumber });
}

export function algorithm(oid: string): AlgorithmIdentifier {
  return new AlgorithmIdentifier({ algorithm: oid, parameters: asn1Null });
}

/** Pairs of object identifier and text, each an RDN of its own; a text alone is a common name. */
export type NameText = string | readonly (readonly [oid: string, text: string])[];

export function nameOf(name: NameText): Name {
  const attributes = typeof name === 'string' ? [[oids.commonName, name] as const] : name;
  return new Name(
    attributes.map(([type, text]) => {
      const value = new AttributeValue({ utf8String: text });
      return new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })]);
    }),
  );
}

export function spkiOf(publicKey: KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(publicKey.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo);
}

export function bytesOf(value: object): Buffer {
  return Buffer.from(AsnConvert.serialize(value));
}

export function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** The certificates of a message that carries nothing else (degenerate SignedData). */
export function certificatesIn(der: Uint8Array): X509Certificate[] {
  const { certificates = [] } = AsnConvert.parse(AsnConvert.parse(der, ContentInfo).content, SignedData);
  return [...certificates].map(({ certificate }) => new X509Certificate(bytesOf(certificate!)));
}
