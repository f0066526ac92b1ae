import { createHash } from 'node:crypto';
import { Secret } from '../../kernel/secret.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** A new code: 160 random bits as 32 letters and digits (RFC 4648, base 32) that can stand in a URL and be typed in either case. */
export function newEnrollmentCode(randomBytes: (length: number) => Buffer): Secret {
  const bits = [...randomBytes(20)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = bits.match(/.{5}/g)!.map((five) => alphabet[Number.parseInt(five, 2)]!);
  return new Secret(letters.join(''));
}

/** What a code is looked up by. */
export function hashCode(code: Secret): Buffer {
  return createHash('sha256').update(code.reveal().toLowerCase()).digest();
}
