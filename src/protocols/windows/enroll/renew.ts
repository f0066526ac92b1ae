import { hash, X509Certificate } from 'node:crypto';
import { isSignedBy, signerCertificate } from '../../../cms/index.ts';
import {
  authorityBelowRoot,
  organizationOfCertificate,
} from '../../../devices/certificate-authority/index.ts';
import { renewPcCertificate } from '../../../devices/dm-accounts/index.ts';
import { readSignedData } from '../../../kernel/cms/read-signed-data.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import { change, deviceScope, organizationById } from '../../../tenancy/index.ts';
import type { WindowsSettings } from '../options.ts';
import { inRequest, namedCertificate, publicKeyIn, storeOf } from './certificates.ts';
import { renewalDocument } from './wire/provisioning-document.ts';
import type { SecurityTokenRequest } from './wire/security-token.ts';

/**
 * The document with another certificate for a PC, which signs its request with the one that it has (PKCS#7). `shown` are the certificates that
 * came with the connection: if there are any, the PC's is among them. Faults: `invalidInput`, `forbidden`.
 * https://learn.microsoft.com/windows/client-management/certificate-renewal-windows-mdm
 */
export async function renewFor(
  { services }: WindowsSettings,
  { request }: SecurityTokenRequest,
  shown: readonly Uint8Array[],
  requestId: string,
): Promise<string> {
  const { fingerprint, publicKey } = readRenewal(request, shown);
  const { database } = services;
  const organizationId = await organizationOfCertificate(database, fingerprint);
  const organization = organizationId && (await organizationById(database, organizationId));
  if (!organization) throw refused('signed with a certificate of somebody else');
  const scope = deviceScope(organization, requestId);
  const { authority } = await authorityBelowRoot({
    read: { db: database, scope },
    change: (work) => change(services, scope, work),
  });
  const { account, certificate } = await change(services, scope, (context) =>
    renewPcCertificate(context, authority, fingerprint, publicKey),
  );
  return renewalDocument(storeOf(account), namedCertificate(certificate.certificate));
}

function readRenewal(bytes: Uint8Array, shown: readonly Uint8Array[]) {
  return inRequest(() => {
    const signedData = readSignedData(bytes);
    const der = signerCertificate({ ...signedData, certificates: [...signedData.certificates, ...shown] });
    const certificate = der && readCertificate(der);
    if (!certificate || !isSignedBy(signedData, certificate.publicKey)) {
      throw refused('not signed with the certificate that it names');
    }
    if (shown.length > 0 && !shown.some((other) => Buffer.compare(other, certificate.raw) === 0)) {
      throw refused('signed with another certificate than that of the connection');
    }
    return {
      fingerprint: hash('sha256', certificate.raw, 'buffer'),
      publicKey: publicKeyIn(signedData.content ?? new Uint8Array()),
    };
  });
}

function readCertificate(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

function refused(how: string) {
  return invalidInput([{ path: 'certificateRequest', message: `must not be ${how}` }]);
}
