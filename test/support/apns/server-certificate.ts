import { generateKeyPairSync } from 'node:crypto';
import { issueAuthority, issueServerCertificate } from '../../../src/tls/certificate.ts';

/** Clients check certificates against the real time. */
const always = { notBefore: new Date('2000-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T00:00:00Z') };

/** A server's certificate, its key and the authority that signed it, all as PEM. */
export function serverCertificate(hosts: readonly string[] = ['localhost', '127.0.0.1']): {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
} {
  const authorityKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    ca: issueAuthority(authorityKey, always),
    cert: issueServerCertificate(authorityKey, { ...always, hosts, publicKey }),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}
