import { lockAccount, type AccountKey, type LockedAccount } from '../../../devices/dm-accounts/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import { parseHexId } from '../../../kernel/id.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { decoyNonce, isDigestOf } from './credentials.ts';
import { isProofOf, proofIn } from './session-proof.ts';
import { isAlive, sessionOf } from './session-state.ts';
import type { DmMessage } from './wire/message.ts';

/** How the sender of a message has shown who it is. `session`: by what it was told in the session that its digest opened. */
export type Proof = 'certificate' | 'digest' | 'session';

export type Sender =
  | { readonly kind: 'known'; readonly account: LockedAccount; readonly proof: Proof }
  /** 407: it shows no digest; 401: the one that it shows is wrong. It can try again with one that is made with the nonce. */
  | {
      readonly kind: 'unknown';
      readonly code: 401 | 407;
      readonly nonce: Buffer;
      /** Undefined for one that shows nothing yet, as PCs do that are asked for their digest each time. */
      readonly why: string | undefined;
    };

export interface SenderSources {
  /** SHA-256 of each certificate of which the sender has shown that it has the key, in the order in which they count. */
  readonly certificates: readonly Buffer[];
  /** A secret of the process. */
  readonly decoyKey: Buffer;
}

/**
 * Who sends a message: by its certificate, by a digest, or because it goes on with a session that a digest opened. What a message only says of
 * its sender never counts. Of strangers nothing is written.
 */
export async function senderOf(
  context: WriteContext,
  { certificates, decoyKey }: SenderSources,
  message: DmMessage,
): Promise<Sender> {
  let why: string | undefined;
  for (const fingerprint of certificates) {
    const found = await accountOf(context, { fingerprint });
    if (typeof found === 'object') return { kind: 'known', account: found, proof: 'certificate' };
    why ??= found;
  }
  const { credential, parts } = message;
  const given = credential ? undefined : proofIn(parts);
  if (given) {
    const account = await accountOf(context, { deviceId: given.deviceId });
    const session = typeof account === 'object' && isAlive(account, context.now) && sessionOf(account);
    if (session && session.id === message.sessionId && isProofOf(given.proof, session.proof)) {
      return { kind: 'known', account, proof: 'session' };
    }
  }
  const named = await accountOf(context, nameIn(message));
  const account = typeof named === 'object' ? named : undefined;
  const name = `${context.scope.organization.id} ${message.sourceName ?? message.source}`;
  const nonce = account?.nonce ?? decoyNonce(decoyKey, name);
  if (!credential) return { kind: 'unknown', code: 407, nonce, why };
  if (isDigestOf(credential, { credential: account?.credential, nonce })) {
    return { kind: 'known', account: account!, proof: 'digest' };
  }
  why ??= typeof named === 'string' ? named : `The credential (${typeOf(credential)}) is not the right one.`;
  return { kind: 'unknown', code: 401, nonce, why };
}

function typeOf({ type }: { readonly type: string }): string {
  return type.slice(0, 40);
}

/** Whom a message says that it comes from: whose digest is to be right. */
function nameIn({ sourceName, source }: DmMessage): AccountKey {
  const deviceId = parseHexId(sourceName ?? '');
  return deviceId ? { deviceId } : { dmDeviceId: source };
}

/** Why nobody is believed who shows this is told in words. */
async function accountOf(
  context: WriteContext,
  key: AccountKey,
): Promise<LockedAccount | string | undefined> {
  try {
    return await lockAccount(context, key);
  } catch (error) {
    if (error instanceof Fault && error.code === 'tokenInvalid') return error.message;
    throw error;
  }
}
