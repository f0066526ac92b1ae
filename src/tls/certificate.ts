import { createHash, createPublicKey, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
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
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  type Name,
} from '@peculiar/asn1-x509';
import {
  bufferOf,
  distinguishedName,
  extension,
  publicKeyBits,
  signedCertificate,
  type CertificateContent,
  type Period,
} from '../kernel/certificate.ts';

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
    subject: distinguishedName({ commonName: 'Muster server' }),
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
  {
    publicKey,
    ...content
  }: Omit<CertificateContent, 'publicKey' | 'randomSerial'> & { readonly publicKey: KeyObject },
): string {
  const certificate = signedCertificate(
    { ...content, publicKey: spki(publicKey), randomSerial: randomBytes(16) },
    'ecdsaWithSha256',
    (bytes) => sign('sha256', bytes, signingKey),
  );
  return new X509Certificate(certificate).toString();
}

function alternativeNames(hosts: readonly string[]): SubjectAlternativeName {
  return new SubjectAlternativeName(
    hosts.map((host) => new GeneralName(isIP(host) ? { iPAddress: host } : { dNSName: host })),
  );
}

function authorityName(key: KeyObject): Name {
  const hex = Buffer.from(keyIdentifier(key)).toString('hex', 0, 4);
  return distinguishedName({ commonName: `Muster CA ${hex}` });
}

/** The first 160 bits of the SHA-256 of the public key (RFC 7093, section 2). */
function keyIdentifier(key: KeyObject): ArrayBuffer {
  return bufferOf(
    createHash('sha256')
      .update(publicKeyBits(spki(key)))
      .digest()
      .subarray(0, 20),
  );
}

function spki(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'der' });
}
