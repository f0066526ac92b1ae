import { createHash, X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { bytesOfBase64 } from '../../kernel/base64.ts';
import { Fault } from '../../kernel/fault.ts';
import type { SignatureReader } from './cms/mdm-signature.ts';

/** What of a request can show whose it is. */
interface SignedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly raw: { readonly socket: unknown };
}

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
  { headers, raw }: SignedRequest,
  body: Uint8Array,
): Buffer {
  const signature = headers['mdm-signature'];
  if (typeof signature === 'string') return signatures.read(signature, body);
  const ofTls = (raw.socket as Partial<TLSSocket>).getPeerX509Certificate?.();
  if (ofTls) return sha256(ofTls.raw);
  const told = proxyHeader === undefined ? undefined : headers[proxyHeader];
  if (typeof told === 'string' && told !== '') return sha256(certificateInHeader(told));
  throw new Fault(
    'tokenMissing',
    "The message says nothing of who sent it: it has no 'Mdm-Signature', and no client certificate came with it.",
  );
}

/** As RFC 9440 writes it (`:Base64:`), or as PEM with percent signs, which nginx writes. */
function certificateInHeader(text: string): Uint8Array {
  const encoded = /^:([A-Za-z0-9+/=]+):$/.exec(text)?.[1];
  const der = encoded === undefined ? derOfPem(text) : bytesOfBase64(encoded);
  if (!der) {
    throw new Fault('malformedBody', "The proxy's header does not hold a certificate as RFC 9440 or PEM.");
  }
  return der;
}

function derOfPem(escaped: string): Buffer | undefined {
  try {
    return new X509Certificate(decodeURIComponent(escaped)).raw;
  } catch {
    return undefined;
  }
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
