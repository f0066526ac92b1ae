import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { bytesOfBase64 } from '../kernel/base64.ts';
import { Fault } from '../kernel/fault.ts';

/** What of a request can show whose it is. */
export interface CertifiedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly raw: { readonly socket: unknown };
}

/**
 * The DER of each certificate of which the sender of a request has shown that it has the key: in TLS, and to the proxy before the server, which
 * may have one of its own in TLS. `proxyHeader`, in lower case, is the one in which a trusted proxy tells it; undefined when none is trusted.
 * Faults: `malformedBody` (the proxy's header).
 */
export function clientCertificates(
  { headers, raw }: CertifiedRequest,
  proxyHeader: string | undefined,
): Uint8Array[] {
  const ofTls = (raw.socket as Partial<TLSSocket>).getPeerX509Certificate?.();
  const told = proxyHeader === undefined ? undefined : headers[proxyHeader];
  return [
    ...(ofTls ? [ofTls.raw] : []),
    ...(typeof told === 'string' && told !== '' ? [certificateInHeader(told)] : []),
  ];
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
