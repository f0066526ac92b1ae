import { createHash, createPublicKey, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

const commonNameOid = '2.5.4.3';
const ecdsaWithSha256Oid = '1.2.840.10045.4.3.2';

export interface Period {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * The certificate of an own authority (RFC 5280), which may sign servers' certificates and no other authority's. Its name is made of its
 * key, so that two authorities never have the same one and one key always has the same.
 */
export function issueAuthority(key: KeyObject, period: Period): string {
  const name = authorityName(key);
  return issue(key, {
    ...period,
    issuer: name,
    subject: name,
    publicKey: createPublicKey(key),
    extensions: [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
      extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign), true),
      extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(key))),
    ],
  });
}

/** The certificate of a server that has these host names and IP addresses. */
export function issueServerCertificate(
  authorityKey: KeyObject,
  request: Period & { readonly hosts: readonly string[]; readonly publicKey: KeyObject },
): string {
  return issue(authorityKey, {
    ...request,
    issuer: authorityName(authorityKey),
    subject: nameOf('Muster server'),
    extensions: [
      extension(id_ce_basicConstraints, new BasicConstraints(), true),
      extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
      extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
      extension(id_ce_subjectAltName, alternativeNames(request.hosts)),
      extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(request.publicKey))),
      extension(
        id_ce_authorityKeyIdentifier,
        new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyIdentifier(authorityKey)) }),
      ),
    ],
  });
}

/** Whether a certificate is for exactly these hosts. */
export function isForHosts(certificate: X509Certificate, hosts: readonly string[]): boolean {
  const { tbsCertificate } = AsnConvert.parse(certificate.raw, Certificate);
  const stored = tbsCertificate.extensions?.find(({ extnID }) => extnID === id_ce_subjectAltName);
  const wanted = AsnConvert.serialize(alternativeNames(hosts));
  return stored !== undefined && Buffer.from(wanted).equals(Buffer.from(stored.extnValue.buffer));
}

function issue(
  signingKey: KeyObject,
  content: Period & {
    readonly issuer: Name;
    readonly subject: Name;
    readonly publicKey: KeyObject;
    readonly extensions: readonly Extension[];
  },
): string {
  const signatureAlgorithm = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256Oid });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: signatureAlgorithm,
    issuer: content.issuer,
    subject: content.subject,
    validity: new Validity({ notBefore: content.notBefore, notAfter: content.notAfter }),
    subjectPublicKeyInfo: AsnConvert.parse(spki(content.publicKey), SubjectPublicKeyInfo),
    extensions: new Extensions([...content.extensions]),
  });
  const signatureValue = sign('sha256', new Uint8Array(AsnConvert.serialize(tbsCertificate)), signingKey);
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm,
    signatureValue: bytes(signatureValue),
  });
  return new X509Certificate(Buffer.from(AsnConvert.serialize(certificate))).toString();
}

/** 127 random bits: positive, and never the same twice (RFC 5280, section 4.1.2.2). */
function serialNumber(): ArrayBuffer {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  return bytes(serial);
}

function alternativeNames(hosts: readonly string[]): SubjectAlternativeName {
  return new SubjectAlternativeName(
    hosts.map((host) => new GeneralName(isIP(host) ? { iPAddress: host } : { dNSName: host })),
  );
}

function extension(extnID: string, value: object, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function authorityName(key: KeyObject): Name {
  return nameOf(`Muster CA ${Buffer.from(keyIdentifier(key)).toString('hex', 0, 4)}`);
}

function nameOf(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName });
  return new Name([
    new RelativeDistinguishedName([new AttributeTypeAndValue({ type: commonNameOid, value })]),
  ]);
}

/** The first 160 bits of the SHA-256 of the public key (RFC 7093, section 2). */
function keyIdentifier(key: KeyObject): ArrayBuffer {
  const { subjectPublicKey } = AsnConvert.parse(spki(key), SubjectPublicKeyInfo);
  return bytes(createHash('sha256').update(new Uint8Array(subjectPublicKey)).digest().subarray(0, 20));
}

function spki(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'der' });
}

function bytes(buffer: Uint8Array): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}
