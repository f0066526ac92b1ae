import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  Extension,
  Extensions,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

export interface Period {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface CertificateContent extends Period {
  /** 16 random bytes. */
  readonly randomSerial: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  /** SubjectPublicKeyInfo as DER. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Extension[];
}

const signatureAlgorithms = {
  ecdsaWithSha256: () => new AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' }),
  rsaWithSha256: () =>
    new AlgorithmIdentifier({
      algorithm: '1.2.840.113549.1.1.11',
      parameters: new Uint8Array([5, 0]).buffer,
    }),
} as const;

/** Makes a certificate (RFC 5280) as DER. `sign` is given the bytes to sign. */
export function signedCertificate(
  content: CertificateContent,
  algorithm: keyof typeof signatureAlgorithms,
  sign: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  const signatureAlgorithm = signatureAlgorithms[algorithm]();
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(content.randomSerial),
    signature: signatureAlgorithm,
    issuer: content.issuer,
    subject: content.subject,
    validity: new Validity({ notBefore: content.notBefore, notAfter: content.notAfter }),
    subjectPublicKeyInfo: AsnConvert.parse(content.publicKey, SubjectPublicKeyInfo),
    extensions: new Extensions([...content.extensions]),
  });
  const signature = sign(new Uint8Array(AsnConvert.serialize(tbsCertificate)));
  const signatureValue = bufferOf(signature);
  return new Uint8Array(
    AsnConvert.serialize(new Certificate({ tbsCertificate, signatureAlgorithm, signatureValue })),
  );
}

export function extension(extnID: string, value: object, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

const attributeOids = { commonName: '2.5.4.3', organizationName: '2.5.4.10' } as const;
/** X.520's upper bound of both, in characters. */
const longestAttribute = 64;

/** A name of these attributes, in their order; texts that are too long are cut. */
export function distinguishedName(attributes: Partial<Record<keyof typeof attributeOids, string>>): Name {
  return new Name(
    Object.entries(attributes).map(([name, text]) => {
      const value = new AttributeValue({ utf8String: Array.from(text).slice(0, longestAttribute).join('') });
      const type = attributeOids[name as keyof typeof attributeOids];
      return new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })]);
    }),
  );
}

/** The bits of a public key without its algorithm, of whose hash identifiers are made. */
export function publicKeyBits(publicKey: Uint8Array): Uint8Array {
  return new Uint8Array(AsnConvert.parse(publicKey, SubjectPublicKeyInfo).subjectPublicKey);
}

export function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** 126 random bits in 16 bytes: positive, and never the same twice (RFC 5280, section 4.1.2.2). */
function serialNumber(random: Uint8Array): ArrayBuffer {
  const serial = new Uint8Array(random);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  return serial.buffer;
}
