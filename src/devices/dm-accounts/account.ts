import { hexOfId, type Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Secret } from '../../kernel/secret.ts';

/**
 * The account by which a Windows PC is managed (DMAcc): it is made when the PC enrols.
 * https://learn.microsoft.com/windows/client-management/mdm/dmacc-csp
 */
export interface DmAccount {
  readonly deviceId: Id;
  /** What the PC calls itself: DeviceID of the enrolment, Source/LocURI of its messages. It proves nothing. */
  readonly dmDeviceId: string;
  /** Whether a user enrolled, with the certificate in the user's store, or the PC itself, as when it joins Entra ID. */
  readonly kind: 'user' | 'device';
  readonly state: 'enrolled' | 'ended';
  readonly enrollmentId: Id;
  readonly enrolledAt: Date;
  readonly endedAt: Date | null;
  readonly lastSeenAt: Date | null;
  /** When the PC shall tell its inventory, and what it has of its settings, again. */
  readonly reportDueAt: Date;
}

/** An account as a call of its PC needs it. */
export interface LockedAccount extends DmAccount {
  /** The name that the PC gives with its digest. */
  readonly name: string;
  /** Base64 of MD5(name:secret): what the server keeps of the PC's password. */
  readonly credential: Secret;
  /** The PC's next digest is made with it. */
  readonly nonce: Buffer;
  readonly session: JsonObject | null;
  /** When the session's last message came. */
  readonly sessionAt: Date | null;
  /** Of the certificate that the PC has: its serial number and its end. */
  readonly certificateSerial: string;
  readonly certificateEnds: Date;
}

/** The name of a device's account. */
export function nameOfAccount(deviceId: Id): string {
  return hexOfId(deviceId);
}
