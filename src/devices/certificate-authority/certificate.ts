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

/**
 * The certificate of an organization's authority as DER (RFC 5280). It signs devices' certificates and, as SCEP wants of an authority that
 * answers itself, messages; devices encrypt their requests to it.
 */
export function issueAuthority(
  key: KeyObject,
  wanted: Wanted & { readonly organization: string },
): Uint8Array {
  const publicKey = spki(createPublicKey(key));
  const identifier = keyIdentifier(publicKey);
  const name = distinguishedName({
    organizationName: wanted.organization,
    // Two authorities never have the same name.
    commonName: `Muster device CA ${Buffer.from(identifier).toString('hex', 0, 4)}`,
  });
  const usages =
    KeyUsageFlags.keyCertSign |
    KeyUsageFlags.cRLSign |
    KeyUsageFlags.digitalSignature |
    KeyUsageFlags.keyEncipherment;
  return signed(key, {
    ...wanted,
    issuer: name,
    subject: name,
    publicKey,
    extensions: [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
      extension(id_ce_keyUsage, new KeyUsage(usages), true),
      extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(identifier)),
    ],
  });
}

/** The certificate as DER by which a device says who it is. What the device wished to be called plays no part. */
export function issueDeviceCertificate(
  authority: { readonly certificate: X509Certificate; readonly key: KeyObject },
  wanted: Wanted & {
    readonly organization: string;
    readonly commonName: string;
    readonly publicKey: KeyObject;
  },
): Uint8Array {
  const publicKey = spki(wanted.publicKey);
  const issuer = AsnConvert.parse(authority.certificate.raw, Certificate).tbsCertificate.subject;
  const issuerKey = new KeyIdentifier(keyIdentifier(spki(authority.certificate.publicKey)));
  const usages = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment;
  return signed(authority.key, {
    ...wanted,
    issuer,
    subject: distinguishedName({ organizationName: wanted.organization, commonName: wanted.commonName }),
    publicKey,
    extensions: [
      extension(id_ce_basicConstraints, new BasicConstraints(), true),
      extension(id_ce_keyUsage, new KeyUsage(usages), true),
      extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_clientAuth])),
      extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(publicKey))),
      extension(id_ce_authorityKeyIdentifier, new AuthorityKeyIdentifier({ keyIdentifier: issuerKey })),
    ],
  });
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
