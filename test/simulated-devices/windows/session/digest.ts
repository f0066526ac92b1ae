import { createHash } from 'node:crypto';
import type { Account } from '../state.ts';

const md5 = (data: string | Buffer) => createHash('md5').update(data).digest();

/** `B64(MD5(B64(MD5(name:secret)) + ":" + nonce))`, as the syncml:auth-md5 scheme has it. */
export function digestOf({ name, secret }: Account, nonce: Buffer): string {
  const inner = md5(`${name}:${secret}`).toString('base64');
  return md5(Buffer.concat([Buffer.from(`${inner}:`), nonce])).toString('base64');
}
