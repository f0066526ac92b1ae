import { X509Certificate } from 'node:crypto';
import { findAuthority, type CertificateAuthority } from '../../../devices/certificate-authority/index.ts';
import { Fault, notFound } from '../../../kernel/fault.ts';
import { change, type ChangeServices, type Scope } from '../../../tenancy/index.ts';
import {
  openEnvelope,
  sealEnvelope,
  type RandomBytes,
  isSignedBy,
  signContent,
  signerCertificate,
} from '../../../cms/index.ts';
import { readEnvelopedData } from '../../../kernel/cms/enveloped-data.ts';
import { encodeCertificates } from '../../../kernel/cms/write-signed-data.ts';
import { issueForChallenge, renewCertificate } from './issue.ts';
import { readPkiRequest, replyAttributes, type FailInfo, type PkiRequest } from './wire/pki-message.ts';

export interface ScepServices extends ChangeServices {
  readonly randomBytes: RandomBytes;
}

/** The CertRep message to send, and why the request was refused, for the log. */
interface ScepAnswer {
  readonly reply: Uint8Array;
  readonly refusal: Fault | undefined;
}

/**
 * Answers a PKIOperation (RFC 8894, section 3). A refusal is an answer too, signed like every other, and writes nothing; it does not tell the
 * device why. Faults: `malformedBody` when there is nothing to answer to, `notFound`, `unavailable`.
 */
export async function answerPkiOperation(
  services: ScepServices,
  scope: Scope,
  bytes: Uint8Array,
): Promise<ScepAnswer> {
  const request = readPkiRequest(bytes);
  const authority = await change(services, scope, (context) => findAuthority(context));
  if (!authority) throw notFound('Certificate authority of organization', scope.organization.slug);
  const reply = (content: Uint8Array | undefined, failInfo?: FailInfo) =>
    signContent(
      { certificate: authority.certificate.raw, key: authority.key },
      content,
      replyAttributes(request, services.randomBytes(16), failInfo),
    );
  const signer = signerOf(request);
  if (!signer) {
    const refusal = new Fault(
      'invalidInput',
      'The SCEP message is not signed as it says, or with no RSA key.',
    );
    return { reply: reply(undefined, 'badMessageCheck'), refusal };
  }
  try {
    return { reply: reply(await issue(services, scope, authority, request, signer)), refusal: undefined };
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'unavailable') throw error;
    return { reply: reply(undefined, 'badRequest'), refusal: error };
  }
}

/** The certificate with which the request is really signed. Undefined when there is none. */
function signerOf({ signedData }: PkiRequest): X509Certificate | undefined {
  const certificate = certificateWithRsaKey(signerCertificate(signedData));
  return certificate && isSignedBy(signedData, certificate.publicKey) ? certificate : undefined;
}

function certificateWithRsaKey(der: Uint8Array | undefined): X509Certificate | undefined {
  if (!der) return undefined;
  try {
    const certificate = new X509Certificate(der);
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
    const bits = asymmetricKeyDetails?.modulusLength ?? 0;
    return asymmetricKeyType === 'rsa' && bits >= 1_024 && bits <= 8_192 ? certificate : undefined;
  } catch {
    return undefined;
  }
}

/** The new certificate and that of the authority, encrypted to who asked. */
async function issue(
  services: ScepServices,
  scope: Scope,
  authority: CertificateAuthority,
  { type, signedData }: PkiRequest,
  signer: X509Certificate,
): Promise<Uint8Array> {
  const envelope = readEnvelopedData(signedData.content ?? new Uint8Array());
  const requestBytes = openEnvelope(envelope, authority.key, services.randomBytes);
  if (!requestBytes) throw new Fault('malformedBody', 'The SCEP message is not encrypted to this authority.');
  return change(services, scope, async (context) => {
    const { certificate } =
      type === 'RenewalReq'
        ? await renewCertificate(context, authority, requestBytes, signer)
        : await issueForChallenge(context, authority, requestBytes);
    const certificates = encodeCertificates([certificate.raw, authority.certificate.raw]);
    return sealEnvelope(certificates, signer, envelope.contentAlgorithm, services.randomBytes);
  });
}
