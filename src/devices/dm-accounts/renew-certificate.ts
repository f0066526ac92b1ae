import type { KeyObject } from 'node:crypto';
import { Fault } from '../../kernel/fault.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import {
  findCertificateFor,
  issueCertificate,
  lockCertificate,
  type CertificateAuthority,
  type IssuedCertificate,
} from '../certificate-authority/index.ts';
import type { LockedAccount } from './account.ts';
import { lockAccount } from './lock-account.ts';

/**
 * Another certificate for a PC in the place of the one with this SHA-256, of which the caller has seen that the PC has its key. Both are good until
 * the PC uses the new one. Asked again for the same key, the same one. Faults: `forbidden`, which names `certificate` as the reason.
 */
export async function renewPcCertificate(
  context: WriteContext,
  authority: CertificateAuthority,
  fingerprint: Buffer,
  publicKey: KeyObject,
): Promise<{ readonly account: LockedAccount; readonly certificate: IssuedCertificate }> {
  const account = await accountRenewing(context, fingerprint);
  const renewed = account && (await lockCertificate(context, { fingerprint }));
  if (!renewed || account.state !== 'enrolled') {
    throw notRenewable('is not that of a PC which is enrolled');
  }
  const issued = await findCertificateFor(context, { renewed, publicKey });
  if (issued?.revokedAt) throw notRenewable('was renewed by one that was revoked');
  const certificate = issued ?? (await issueCertificate(context, authority, publicKey, { renewed }));
  return { account, certificate };
}

async function accountRenewing(
  context: WriteContext,
  fingerprint: Buffer,
): Promise<LockedAccount | undefined> {
  try {
    return await lockAccount(context, { fingerprint });
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'tokenInvalid') throw error;
    throw notRenewable('was revoked or has expired');
  }
}

function notRenewable(message: string): Fault {
  const violations = [{ path: 'certificate', message }];
  return new Fault(
    'forbidden',
    `The certificate that signs the renewal ${message}. The PC must enrol again.`,
    {
      violations,
    },
  );
}
