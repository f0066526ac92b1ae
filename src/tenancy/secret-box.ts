import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { Fault } from '../kernel/fault.ts';
import { Secret } from '../kernel/secret.ts';

/** Encrypts secrets for the database. `purpose` names table, column and row, so that a sealed value cannot be moved elsewhere. */
export interface SecretBox {
  seal(secret: Secret, purpose: string): Buffer;
  /** Throws a `Fault` when the value was sealed with another key, for another purpose, or was changed. */
  open(sealed: Buffer, purpose: string): Secret;
  /** 32 bytes that only this server can make of the text; the same for the same text and purpose. */
  authenticate(text: string, purpose: string): Buffer;
}

const version = 1;
const nonceLength = 12;
const tagLength = 16;

/**
 * AES-256-GCM. A sealed value is version (1 byte), nonce (12), tag (16), cipher text. `key` is the 32 bytes of `MUSTER_SECRET_KEY`;
 * `randomBytes` must be cryptographically random.
 */
export function secretBox(key: Buffer, randomBytes: (length: number) => Buffer): SecretBox {
  const derived = Buffer.from(hkdfSync('sha256', key, '', 'muster secrets at rest', 32));
  const authenticating = Buffer.from(hkdfSync('sha256', key, '', 'muster authentication', 32));
  return {
    seal(secret, purpose) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', derived, nonce).setAAD(Buffer.from(purpose));
      const text = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), text]);
    },
    open(sealed, purpose) {
      try {
        if (sealed[0] !== version) throw new Error(`version ${sealed[0]}`);
        const nonce = sealed.subarray(1, 1 + nonceLength);
        const tag = sealed.subarray(1 + nonceLength, 1 + nonceLength + tagLength);
        const decipher = createDecipheriv('aes-256-gcm', derived, nonce, { authTagLength: tagLength })
          .setAAD(Buffer.from(purpose))
          .setAuthTag(tag);
        const text = sealed.subarray(1 + nonceLength + tagLength);
        return new Secret(Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8'));
      } catch (cause) {
        throw new Fault(
          'unavailable',
          `The secret '${purpose}' cannot be decrypted. MUSTER_SECRET_KEY is not the key it was encrypted with.`,
          { cause },
        );
      }
    },
    authenticate(text, purpose) {
      return createHmac('sha256', authenticating)
        .update(JSON.stringify([purpose, text]))
        .digest();
    },
  };
}
