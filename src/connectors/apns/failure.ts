import { later, refused, type Later, type Refused } from './outcome.ts';

/** The server refused our certificate before HTTP/2 began: alerts of RFC 8446, 6.2, in OpenSSL's spelling. */
const alertAboutCertificate = /_ALERT_(\w*CERTIFICATE\w*|UNKNOWN_CA)$/;

/** Node's codes for a server whose certificate is not trusted or not for this host. */
const untrusted = /CERT|^UNABLE_TO_(GET_ISSUER|VERIFY)|^HOSTNAME_MISMATCH$|^INVALID_(CA|PURPOSE)$/;

/** What a connection that could not be made, or broke, means. */
export function outcomeOfFailure(error: unknown, url: URL): Later | Refused {
  const code = (error as { code?: unknown } | null)?.code;
  const reason = typeof code === 'string' ? code : 'ConnectionFailed';
  if (alertAboutCertificate.test(reason)) {
    return refused(
      reason,
      'APNs refused the push certificate at the start of the connection: it has expired, was revoked, or Apple did not issue it. Renew it at https://identity.apple.com/pushcert with the same Apple Account and upload the new one.',
    );
  }
  if (untrusted.test(reason)) {
    return later(
      reason,
      `The certificate of ${url.host} is not trusted, so that the wake-up was not sent: something else than APNs answers there, or MUSTER_APNS_URL is a server with a certificate authority of its own, which NODE_EXTRA_CA_CERTS must name.`,
    );
  }
  return later(
    reason,
    `The connection to ${url.host} could not be made, or broke. The server must be able to open connections to it, without a proxy that changes TLS.`,
  );
}

/** The certificate and key cannot even be loaded. */
export function outcomeOfBadCredentials(): Refused {
  return refused(
    'UnusableCertificate',
    'The push certificate and its private key cannot be used for TLS: one is damaged, or they do not belong together. Upload the certificate that Apple made for the latest signing request.',
  );
}

export function timedOut(url: URL): Later {
  return later(
    'Timeout',
    `${url.host} did not answer in time. If that stays so, something on the way holds the connection up.`,
  );
}
