import { createPublicKey, randomBytes, type X509Certificate } from 'node:crypto';
import {
  CertificateChoices,
  CertificateSet,
  DigestAlgorithmIdentifiers,
  EncapsulatedContentInfo,
  id_data,
  id_signedData,
  SignedData,
  SignerInfos,
} from '@peculiar/asn1-cms';
import { CertificationRequest } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate } from '@peculiar/asn1-x509';
import { bytesOf, contentInfo, nameOf, oids, type Identity } from '../pki/asn1.ts';
import { issueCertificate } from '../pki/certificates.ts';
import { openEnvelope, sealEnvelope } from './enveloped-data.ts';
import { octets, printable } from './scep-message.ts';
import { readSignedContent, signContent } from '../pki/signed-data.ts';
import type { DeviceResponse } from '../transport.ts';

export interface ScepAuthority {
  readonly authority: Identity;
  /** The answer to GetCACaps. */
  readonly capabilities: string;
  /** The challenge that requests must have; where it is `pending`, no request is ever decided. */
  readonly challenge: string;
}

/** The server's part of SCEP, as far as a device's first certificate needs it. */
export function answerScep(
  server: ScepAuthority,
  query: URLSearchParams,
  body: Buffer | undefined,
): DeviceResponse {
  switch (query.get('operation')) {
    case 'GetCACaps':
      return {
        status: 200,
        headers: { 'content-type': 'text/plain' },
        body: Buffer.from(server.capabilities),
      };
    case 'GetCACert':
      return {
        status: 200,
        headers: { 'content-type': 'application/x-x509-ca-cert' },
        body: server.authority.certificate.raw,
      };
    default: {
      const message = body?.length ? body : Buffer.from(query.get('message')!, 'base64');
      return {
        status: 200,
        headers: { 'content-type': 'application/x-pki-message' },
        body: answerPkiMessage(server, message),
      };
    }
  }
}

/** Issues a certificate for the subject that the request names, where the challenge is right. */
function answerPkiMessage({ authority, challenge }: ScepAuthority, message: Buffer): Buffer {
  const { content, signer, attributes } = readSignedContent(message);
  const request = AsnConvert.parse(openEnvelope(content, authority.key), CertificationRequest);
  const { subject, subjectPKInfo, attributes: asked } = request.certificationRequestInfo;
  const value = asked.find(({ type }) => type === oids.challengePassword)?.values[0];
  const told = value && Buffer.from(value).subarray(2).toString();
  const status = challenge === 'pending' ? '3' : told === challenge ? '0' : '2';
  const certificate = issueCertificate({
    issuer: nameOf('Reference authority'),
    issuerKey: authority.key,
    subject,
    publicKey: createPublicKey({ key: bytesOf(subjectPKInfo), format: 'der', type: 'spki' }),
    notBefore: new Date('2026-01-01'),
    notAfter: new Date('2036-01-01'),
    random: randomBytes,
  });
  const sealed = sealEnvelope(degenerate(certificate), signer, { cipher: 'aes128', random: randomBytes });
  return signContent(authority, status === '0' ? sealed : Buffer.alloc(0), {
    digest: 'sha256',
    isDetached: status !== '0',
    attributes: [
      [oids.messageType, printable('3')],
      [oids.pkiStatus, printable(status)],
      ...(status === '2' ? [[oids.failInfo, printable('2')] as const] : []),
      [oids.recipientNonce, attributes.get(oids.senderNonce)!],
      [oids.senderNonce, octets(randomBytes(16))],
      [oids.transactionId, attributes.get(oids.transactionId)!],
    ],
  });
}

/** A certificate as SCEP wraps it: signed data without content and signers. */
function degenerate(certificate: X509Certificate): Buffer {
  return contentInfo(
    id_signedData,
    new SignedData({
      version: 1,
      digestAlgorithms: new DigestAlgorithmIdentifiers([]),
      encapContentInfo: new EncapsulatedContentInfo({ eContentType: id_data }),
      certificates: new CertificateSet([
        new CertificateChoices({ certificate: AsnConvert.parse(certificate.raw, Certificate) }),
      ]),
      signerInfos: new SignerInfos([]),
    }),
  );
}
