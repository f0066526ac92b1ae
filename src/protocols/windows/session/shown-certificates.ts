import { hash } from 'node:crypto';
import { clientCertificates, type CertifiedRequest } from '../../../http/index.ts';
import type { WindowsOptions } from '../options.ts';

/** As the node RequireMessageSigning names it, and as MS-MDM does. */
const signatureHeaders = ['mdm-signature', 'ms-signature'];

/**
 * The SHA-256 of each certificate of which the sender of a message has shown that it has the key: in TLS, to the proxy before the server, and by
 * a signature of the message. Faults: `malformedBody`, `tokenInvalid` (a wrong signature).
 * https://learn.microsoft.com/windows/client-management/mdm/dmclient-csp (RequireMessageSigning)
 */
export function shownCertificates(
  { signatures, certificateHeader }: Pick<WindowsOptions, 'signatures' | 'certificateHeader'>,
  request: CertifiedRequest,
  body: Uint8Array,
): Buffer[] {
  const shown = clientCertificates(request, certificateHeader).map((der) => hash('sha256', der, 'buffer'));
  const signature = signatureHeaders
    .map((name) => request.headers[name])
    .find((text) => typeof text === 'string');
  return typeof signature === 'string' ? [...shown, signatures.read(signature, body)] : shown;
}
