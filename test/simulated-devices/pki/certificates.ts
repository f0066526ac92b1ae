import { generateKeyPair, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { Attributes, CertificationRequest, CertificationRequestInfo } from '@peculiar/asn1-csr';
import { AsnConvert, AsnPrintableStringConverter, OctetString } from '@peculiar/asn1-schema';
import {
  Attribute as RequestAttribute,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_kp_clientAuth,
  TBSCertificate,
  Validity,
  Version,
  type Name,
} from '@peculiar/asn1-x509';
import {
  algorithm,
  bufferOf,
  bytesOf,
  nameOf,
  oids,
  spkiOf,
  type Identity,
  type KeyPair,
  type NameText,
} from './asn1.ts';

interface Issue {
  readonly issuer: Name;
  readonly issuerKey: KeyObject;
  readonly subject: Name;
  readonly publicKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly random: (size: number) => Buffer;
  /** Default: none is said. */
  readonly use?: 'authority' | 'client';
}

export function issueCertificate(issue: Issue): X509Certificate {
  const signatureAlgorithm = algorithm(oids.sha256WithRsa);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: bufferOf(Buffer.from([1, ...issue.random(7)])),
    signature: signatureAlgorithm,
    issuer: issue.issuer,
    subject: issue.subject,
    validity: new Validity({ notBefore: issue.notBefore, notAfter: issue.notAfter }),
    subjectPublicKeyInfo: spkiOf(issue.publicKey),
    ...(issue.use && { extensions: new Extensions([extensions[issue.use]]) }),
  });
  const signatureValue = bufferOf(sign('sha256', bytesOf(tbsCertificate), issue.issuerKey));
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm, signatureValue });
  return new X509Certificate(bytesOf(certificate));
}

const extensions = {
  authority: new Extension({
    extnID: id_ce_basicConstraints,
    critical: true,
    extnValue: new OctetString(AsnConvert.serialize(new BasicConstraints({ cA: true }))),
  }),
  client: new Extension({
    extnID: id_ce_extKeyUsage,
    extnValue: new OctetString(AsnConvert.serialize(new ExtendedKeyUsage([id_kp_clientAuth]))),
  }),
};

/** A certificate that somebody made for itself, as SCEP clients do for their first request. */
export function selfSigned(
  key: KeyObject,
  publicKey: KeyObject,
  commonName = 'MDM SCEP SIGNER',
  random: (size: number) => Buffer = randomBytes,
): Identity {
  const name = nameOf(commonName);
  const certificate = issueCertificate({
    issuer: name,
    issuerKey: key,
    subject: name,
    publicKey,
    notBefore: new Date('2026-01-01'),
    notAfter: new Date('2036-01-01'),
    random,
  });
  return { certificate, key };
}

/** A PKCS#10 request as DER. */
export function certificateRequest(
  keys: KeyPair,
  challenge: string | undefined,
  subject: NameText = 'what the device wishes',
): Buffer {
  const attributes = new Attributes();
  if (challenge !== undefined) {
    const values = [AsnConvert.serialize(AsnPrintableStringConverter.toASN(challenge))];
    attributes.push(new RequestAttribute({ type: oids.challengePassword, values }));
  }
  const info = new CertificationRequestInfo({
    version: 0,
    subject: nameOf(subject),
    subjectPKInfo: spkiOf(keys.publicKey),
    attributes,
  });
  const digest = keys.privateKey.asymmetricKeyType === 'rsa' ? 'sha256' : null;
  return bytesOf(
    new CertificationRequest({
      certificationRequestInfo: info,
      signatureAlgorithm: algorithm(oids.sha256WithRsa),
      signature: bufferOf(sign(digest, bytesOf(info), keys.privateKey)),
    }),
  );
}

export type KeySource = (bits: number) => KeyPair | Promise<KeyPair>;

/** Makes at most so many RSA keys of 2048 bits, when they are first asked for, and then gives them out in turn: thousands of devices start fast. */
export function keyPool(size: number): KeySource {
  const made: Promise<KeyPair>[] = [];
  let next = 0;
  return () => {
    const index = next++ % size;
    return (made[index] ??= promisify(generateKeyPair)('rsa', { modulusLength: 2_048 }));
  };
}
