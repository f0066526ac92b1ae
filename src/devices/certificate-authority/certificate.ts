import { createHash, createPublicKey, sign, type KeyObject, type X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectKeyIdentifier,
  type Extension,
  type Name,
} from '@peculiar/asn1-x509';
import {
  bufferOf,
  distinguishedName,
  extension,
  publicKeyBits,
  signedCertificate,
  type Period,
} from '../../kernel/certificate.ts';

interface Wanted extends Period {
  /** 16 random bytes. */
  readonly randomSerial: Uint8Array;
}

interface WantedAuthority extends Wanted {
  readonly organization: string;
}

/** A certificate of an authority, and its key. */
export interface Issuer {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

const authorityUsages = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;
const deviceUsages = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment;

/**
 * The certificate of an organization's authority as DER (RFC 5280). It signs devices' certificates and, as SCEP wants of an authority that
 * answers itself, messages; devices encrypt their requests to it.
 */
export function issueAuthority(key: KeyObject, wanted: WantedAuthority): Uint8Array {
  return selfSigned(key, wanted, 'Muster device CA', 0, authorityUsages | deviceUsages);
}

/** The certificate as DER of the root above an organization's authority. */
export function issueRoot(key: KeyObject, wanted: WantedAuthority): Uint8Array {
  return selfSigned(key, wanted, 'Muster root CA', 1, authorityUsages);
}

/**
 * The certificate as DER of an organization's authority by the root above it. It has the name and the key of the authority's own one, so that
 * what the authority issues is valid below either.
 */
export function issueIntermediate(root: Issuer, authority: X509Certificate, wanted: Wanted): Uint8Array {
  const publicKey = spki(authority.publicKey);
  return signed(root.key, {
    ...wanted,
    issuer: subjectOf(root.certificate),
    subject: subjectOf(authority),
    publicKey,
    extensions: [...authorityExtensions(publicKey, 0, authorityUsages), issuedBy(root)],
  });
}

/** The certificate as DER by which a device says who it is. What the device wished to be called plays no part. */
export function issueDeviceCertificate(
  authority: Issuer,
  wanted: Wanted & { readonly subject: Name; readonly publicKey: KeyObject },
): Uint8Array {
  const publicKey = spki(wanted.publicKey);
  return signed(authority.key, {
    ...wanted,
    issuer: subjectOf(authority.certificate),
    publicKey,
    extensions: [
      extension(id_ce_basicConstraints, new BasicConstraints(), true),
      extension(id_ce_keyUsage, new KeyUsage(deviceUsages), true),
      extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_clientAuth])),
      extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(publicKey))),
      issuedBy(authority),
    ],
  });
}

/** For whom a certificate was issued. */
export function subjectOf(certificate: X509Certificate): Name {
  return AsnConvert.parse(certificate.raw, Certificate).tbsCertificate.subject;
}

function selfSigned(
  key: KeyObject,
  wanted: WantedAuthority,
  kind: string,
  pathLength: number,
  usages: number,
): Uint8Array {
  const publicKey = spki(createPublicKey(key));
  // Two authorities never have the same name.
  const distinction = Buffer.from(keyIdentifier(publicKey)).toString('hex', 0, 4);
  const name = distinguishedName({
    organizationName: wanted.organization,
    commonName: `${kind} ${distinction}`,
  });
  return signed(key, {
    ...wanted,
    issuer: name,
    subject: name,
    publicKey,
    extensions: authorityExtensions(publicKey, pathLength, usages),
  });
}

function authorityExtensions(publicKey: Uint8Array, pathLength: number, usages: number): Extension[] {
  const constraints = new BasicConstraints({ cA: true, pathLenConstraint: pathLength });
  return [
    extension(id_ce_basicConstraints, constraints, true),
    extension(id_ce_keyUsage, new KeyUsage(usages), true),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(publicKey))),
  ];
}

function issuedBy({ certificate }: Issuer): Extension {
  const identifier = new KeyIdentifier(keyIdentifier(spki(certificate.publicKey)));
  return extension(id_ce_authorityKeyIdentifier, new AuthorityKeyIdentifier({ keyIdentifier: identifier }));
}

function signed(key: KeyObject, content: Parameters<typeof signedCertificate>[0]): Uint8Array {
  return signedCertificate(content, 'rsaWithSha256', (bytes) => sign('sha256', bytes, key));
}

/** The first 160 bits of the SHA-256 of the public key (RFC 7093, section 2). */
function keyIdentifier(publicKey: Uint8Array): ArrayBuffer {
  return bufferOf(createHash('sha256').update(publicKeyBits(publicKey)).digest().subarray(0, 20));
}

function spki(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}
