import type { Identity } from './pki/asn1.ts';

/**
 * A header in which a proxy tells the certificate of the TLS connection that ends at it. `rfc9440`: DER in Base64 between colons; `escapedPem`:
 * PEM, escaped as in a URL.
 */
export interface CertificateHeader {
  readonly header: string;
  readonly form: 'rfc9440' | 'escapedPem';
}

export function certificateHeader(
  { header, form }: CertificateHeader,
  { certificate }: Identity,
): Readonly<Record<string, string>> {
  const value =
    form === 'rfc9440'
      ? `:${certificate.raw.toString('base64')}:`
      : encodeURIComponent(certificate.toString());
  return { [header]: value };
}
