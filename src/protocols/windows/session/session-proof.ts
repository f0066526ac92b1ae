import { timingSafeEqual } from 'node:crypto';
import { hexOfId, parseHexId, type Id } from '../../../kernel/id.ts';
import type { DmPart } from './wire/message.ts';

/**
 * A PC whose digest was right says no more who it is in the session (212). It gives back the CmdIDs of what it is told, so in such a session
 * they begin with a secret of the session, and whose account it is.
 */
const shape = /^([A-Za-z0-9_-]{16})([A-Za-z0-9_-]{16})\./;

export function newProof(deviceId: Id, randomBytes: (length: number) => Buffer): string {
  const device = Buffer.from(hexOfId(deviceId), 'hex').toString('base64url');
  return `${device}${randomBytes(12).toString('base64url')}.`;
}

/** The first proof that is given back in a message, and whose account it names. Nothing of it is checked. */
export function proofIn(
  parts: readonly DmPart[],
): { readonly deviceId: Id; readonly proof: string } | undefined {
  for (const part of parts) {
    const found = 'cmdRef' in part ? shape.exec(part.cmdRef) : undefined;
    const deviceId = found && parseHexId(Buffer.from(found[1]!, 'base64url').toString('hex'));
    if (deviceId) return { deviceId, proof: found[0] };
  }
  return undefined;
}

/** Whether it is the proof of this session, of which there is none where certificates are shown. */
export function isProofOf(proof: string, expected: string | undefined): boolean {
  const [given, wanted] = [Buffer.from(proof), Buffer.from(expected ?? '')];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
