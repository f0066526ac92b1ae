import {
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { CertificationRequest } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Time,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

/** `[object identifier, text]`. */
export type NameAttribute = readonly [oid: string, text: string];

interface IssueOptions {
  /** The UID of the subject. Default: `com.apple.mgmt.External.` and a GUID. */
  readonly topic?: string;
  /** The whole subject, in place of what Apple writes; attributes in one inner list share an RDN. */
  readonly subject?: readonly (readonly NameAttribute[])[];
  /** Default: 2026-01-01T00:00:00Z. */
  readonly notBefore?: Date;
  /** Default: 2027-01-01T00:00:00Z. */
  readonly notAfter?: Date;
  /** An even number of hex digits, the first below 8. Default: `4f8e21aa03b7c9d1`. */
  readonly serialNumber?: string;
}

/** Plays Apple's push certificates portal: makes a push certificate for a signing request or, past all checks, for any key. */
export interface ApplePushCa {
  readonly certificatePem: string;
  /** Throws where the request's signature is wrong, as Apple refuses it. */
  issue(signingRequestPem: string, options?: IssueOptions): string;
  issueForKey(publicKey: KeyObject, options?: IssueOptions): string;
}

export const attributeOids = {
  commonName: '2.5.4.3',
  country: '2.5.4.6',
  organization: '2.5.4.10',
  uid: '0.9.2342.19200300.100.1.1',
} as const;

const ecdsaWithSha256 = '1.2.840.10045.4.3.2';
const issuerName: readonly (readonly NameAttribute[])[] = [
  [[attributeOids.country, 'US']],
  [[attributeOids.organization, 'Apple Inc.']],
  [[attributeOids.commonName, 'Test Application Integration Certification Authority']],
];

export function makeApplePushCa(): ApplePushCa {
  const ca = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issueForKey = (publicKey: KeyObject, options: IssueOptions = {}) =>
    issueCertificate(ca.privateKey, publicKey, options);
  return {
    certificatePem: issueForKey(ca.publicKey, { subject: issuerName }),
    issueForKey,
    issue: (signingRequestPem, options) => issueForKey(requestedKey(signingRequestPem), options),
  };
}

/** The public key of a PKCS#10 request whose signature is right. */
function requestedKey(signingRequestPem: string): KeyObject {
  const request = AsnConvert.parse(
    Buffer.from(signingRequestPem.replace(/-----.*-----/g, ''), 'base64'),
    CertificationRequest,
  );
  const key = createPublicKey({
    key: Buffer.from(AsnConvert.serialize(request.certificationRequestInfo.subjectPKInfo)),
    format: 'der',
    type: 'spki',
  });
  const signed = new Uint8Array(AsnConvert.serialize(request.certificationRequestInfo));
  if (!verify('sha256', signed, key, new Uint8Array(request.signature))) {
    throw new Error('The signature of the signing request is wrong.');
  }
  return key;
}

function issueCertificate(caKey: KeyObject, publicKey: KeyObject, options: IssueOptions): string {
  const topic = options.topic ?? 'com.apple.mgmt.External.7a0c6f52-2f4b-4f1d-8a3c-5d0e9b1c2a34';
  const pushSubject: readonly (readonly NameAttribute[])[] = [
    [[attributeOids.uid, topic]],
    [[attributeOids.commonName, `APSP:${topic.slice(topic.lastIndexOf('.') + 1)}`]],
    [[attributeOids.country, 'US']],
  ];
  const signatureAlgorithm = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: bytes(Buffer.from(options.serialNumber ?? '4f8e21aa03b7c9d1', 'hex')),
    signature: signatureAlgorithm,
    issuer: nameOf(issuerName),
    validity: Object.assign(new Validity(), {
      notBefore: timeOf(options.notBefore ?? new Date('2026-01-01T00:00:00Z')),
      notAfter: timeOf(options.notAfter ?? new Date('2027-01-01T00:00:00Z')),
    }),
    subject: nameOf(options.subject ?? pushSubject),
    subjectPublicKeyInfo: AsnConvert.parse(
      publicKey.export({ type: 'spki', format: 'der' }),
      SubjectPublicKeyInfo,
    ),
  });
  const signatureValue = sign('sha256', new Uint8Array(AsnConvert.serialize(tbsCertificate)), caKey);
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm,
    signatureValue: bytes(signatureValue),
  });
  return new X509Certificate(Buffer.from(AsnConvert.serialize(certificate))).toString();
}

function nameOf(rdns: readonly (readonly NameAttribute[])[]): Name {
  return new Name(
    rdns.map(
      (attributes) =>
        new RelativeDistinguishedName(
          attributes.map(
            ([type, text]) =>
              new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String: text }) }),
          ),
        ),
    ),
  );
}

/** `new Time(date)` writes years before 1950 as years of this century. */
function timeOf(date: Date): Time {
  return date.getUTCFullYear() < 1950 ? new Time({ generalTime: date }) : new Time(date);
}

function bytes(buffer: Uint8Array): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}
