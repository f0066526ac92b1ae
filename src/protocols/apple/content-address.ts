import { createHash } from 'node:crypto';

/** 43 characters of Base64url: SHA-256 of the content. */
export function contentHash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url');
}

/** A UUID made of the content (RFC 9562, section 5.8): the same content has always the same. */
export function contentUuid(content: string): string {
  const octets = createHash('sha256').update(content).digest().subarray(0, 16);
  octets[6] = (octets[6]! & 0x0f) | 0x80;
  octets[8] = (octets[8]! & 0x3f) | 0x80;
  const hex = octets.toString('hex').toUpperCase();
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
