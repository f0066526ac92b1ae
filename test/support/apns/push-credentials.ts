import { generateKeyPairSync } from 'node:crypto';
import { Secret } from '../../../src/kernel/secret.ts';
import type { ApplePushCa } from '../apple-push-ca.ts';

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** A push certificate and its key. Certificates differ by their serial numbers: an even number of hex digits. */
export function pushCredentials(authority: ApplePushCa, topic: string, serialNumber = '01') {
  return {
    topic,
    certificatePem: authority.issueForKey(keys.publicKey, { topic, serialNumber }),
    privateKeyPem: new Secret(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string),
  };
}
