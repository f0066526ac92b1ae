/** What Node says of a certificate whose authority it does not trust: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Why a server gave no answer, for who calls it with a command that has `--ca`. */
export function whyNoAnswer({ code, message }: Error & { readonly code?: string }): string {
  return untrusted.has(code ?? '')
    ? "The authority of the server's certificate is not trusted here: give its PEM file by --ca."
    : message;
}
