import { hash } from 'node:crypto';
import type { SignatureReader } from '../../cms/index.ts';
import { clientCertificates, type CertifiedRequest } from '../../http/index.ts';
import { Fault } from '../../kernel/fault.ts';

export interface CertificateSources {
  readonly signatures: SignatureReader;
  /** The header, in lower case, in which a proxy that ends TLS tells the certificate of the client; undefined when none is trusted. */
  readonly proxyHeader: string | undefined;
}

/**
 * The SHA-256 of the certificate by which the sender of a message shows who it is: by the signature of the message, else by TLS, else as the
 * proxy before the server says. Faults: `tokenMissing`, `tokenInvalid`, `malformedBody`.
 */
export function certificateOf(
  { signatures, proxyHeader }: CertificateSources,
  request: CertifiedRequest,
  body: Uint8Array,
): Buffer {
  const signature = request.headers['mdm-signature'];
  if (typeof signature === 'string') return signatures.read(signature, body);
  const [certificate] = clientCertificates(request, proxyHeader);
  if (certificate) return hash('sha256', certificate, 'buffer');
  throw new Fault(
    'tokenMissing',
    "The message says nothing of who sent it: it has no 'Mdm-Signature', and no client certificate came with it.",
  );
}
