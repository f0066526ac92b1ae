import { generateKeyPair, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { Attributes, CertificationRequest, CertificationRequestInfo } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
} from '@peculiar/asn1-x509';
import { encodePem } from './pem.ts';
import { publicKeyFingerprint } from './public-key-fingerprint.ts';

export interface SigningRequest {
  /** PKCS#8. A secret: only ever stored encrypted, never answered. */
  readonly privateKeyPem: string;
  /** PKCS#10, `-----BEGIN CERTIFICATE REQUEST-----`. */
  readonly signingRequestPem: string;
  /** Tells which request a certificate was made for. */
  readonly publicKeyFingerprint: string;
}

const commonNameOid = '2.5.4.3';
const organizationNameOid = '2.5.4.10';
const sha256WithRsaOid = '1.2.840.113549.1.1.11';
const asn1Null = new Uint8Array([5, 0]).buffer;
/** X.520's upper bound of both names, in characters. */
const nameLimit = 64;

/**
 * Makes a new RSA 2048 key and the PKCS#10 request for an MDM push certificate, signed with SHA-256.
 *
 * Apple takes no bare request: an MDM vendor has to sign it first. The vendor wraps it in a `PushCertRequest` property
 * list (the request's DER, a SHA256-RSA signature over it with the vendor's MDM signing certificate, and that
 * certificate's chain up to Apple's root), base64-encoded; that text is what https://identity.apple.com/pushcert takes.
 * So between downloading this request and visiting Apple comes one step outside of this server: https://mdmcert.download,
 * a signing service for self-hosted servers, or a vendor certificate of one's own from an Apple developer account.
 * @see https://developer.apple.com/documentation/devicemanagement/setting-up-push-notifications-for-your-mdm-customers
 *
 * Names longer than 64 characters are cut. They only help people to tell requests apart: Apple writes a subject of its own
 * into the certificate.
 */
export async function makeSigningRequest(subject: {
  readonly commonName: string;
  readonly organizationName?: string;
}): Promise<SigningRequest> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const info = new CertificationRequestInfo({
    version: 0,
    subject: new Name([
      nameAttribute(commonNameOid, subject.commonName),
      ...(subject.organizationName ? [nameAttribute(organizationNameOid, subject.organizationName)] : []),
    ]),
    subjectPKInfo: AsnConvert.parse(publicKey.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo),
    attributes: new Attributes(),
  });
  const request = new CertificationRequest({
    certificationRequestInfo: info,
    signatureAlgorithm: new AlgorithmIdentifier({ algorithm: sha256WithRsaOid, parameters: asn1Null }),
    signature: arrayBufferOf(sign('sha256', new Uint8Array(AsnConvert.serialize(info)), privateKey)),
  });
  return {
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    signingRequestPem: encodePem('CERTIFICATE REQUEST', new Uint8Array(AsnConvert.serialize(request))),
    publicKeyFingerprint: publicKeyFingerprint(publicKey),
  };
}

function nameAttribute(type: string, text: string): RelativeDistinguishedName {
  const value = new AttributeValue({ utf8String: Array.from(text).slice(0, nameLimit).join('') });
  return new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })]);
}

function arrayBufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
