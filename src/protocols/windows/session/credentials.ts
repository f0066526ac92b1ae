import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { bytesOfBase64 } from '../../../kernel/base64.ts';
import type { Secret } from '../../../kernel/secret.ts';

/** The only way to show a secret that is taken: the secret itself, as `syncml:auth-basic` has it, would be told to whoever asks. */
const digestType = 'syncml:auth-md5';

const nonceLength = 16;

export function newNonce(randomBytes: (length: number) => Buffer): Buffer {
  return randomBytes(nonceLength);
}

/**
 * Whether a digest (`B64(MD5(B64(MD5(name:secret)):nonce))`) was made with the secret and the nonce. `credential` is the inner Base64; undefined
 * for a name of nobody, of which nothing is right, in the same time.
 * https://www.openmobilealliance.org/release/DM/V1_2_1-20080617-A/OMA-TS-DM_Security-V1_2_1-20080617-A.pdf (5.3)
 */
export function isDigestOf(
  sent: { readonly type: string; readonly data: string },
  { credential, nonce }: { readonly credential: Secret | undefined; readonly nonce: Buffer },
): boolean {
  const expected = createHash('md5')
    .update(`${credential?.reveal() ?? ''}:`)
    .update(nonce)
    .digest();
  const given = sent.type.toLowerCase() === digestType ? bytesOfBase64(sent.data) : undefined;
  if (given?.length !== expected.length) return false;
  return timingSafeEqual(given, expected) && credential !== undefined;
}

/** A nonce for those whom nobody knows, as it is for those who are known: the same whenever they ask. */
export function decoyNonce(key: Buffer, name: string): Buffer {
  return createHmac('sha256', key).update(name).digest().subarray(0, nonceLength);
}
