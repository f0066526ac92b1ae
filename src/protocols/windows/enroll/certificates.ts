import { hash, type KeyObject, type X509Certificate } from 'node:crypto';
import { readCertificateRequest } from '../../../devices/certificate-authority/index.ts';
import type { DmAccount } from '../../../devices/dm-accounts/index.ts';
import { Fault, invalidInput } from '../../../kernel/fault.ts';
import type { NamedCertificate } from './wire/provisioning-document.ts';

/** The public key of a request (PKCS#10), of which the sender has the private one. What else is in it plays no part. Faults: `invalidInput`. */
export function publicKeyIn(request: Uint8Array): KeyObject {
  return inRequest(() => readCertificateRequest(request).publicKey);
}

/** Whatever is malformed in a request is told as its fault, not as that of the message. */
export function inRequest<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'malformedBody') throw error;
    throw invalidInput([{ path: 'certificateRequest', message: error.message }]);
  }
}

/** In whose store of certificates Windows keeps that of an account. */
export function storeOf({ kind }: Pick<DmAccount, 'kind'>): 'User' | 'System' {
  return kind === 'device' ? 'System' : 'User';
}

export function namedCertificate({ raw }: X509Certificate): NamedCertificate {
  return { thumbprint: hash('sha1', raw).toUpperCase(), encoded: raw.toString('base64') };
}
