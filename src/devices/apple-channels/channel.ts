import type { Id } from '../../kernel/id.ts';

/** Whom a channel leads to: a device or a user of it; enrolled for an organization, or by a user for that user's work alone. */
export type ChannelKind = 'device' | 'user' | 'sharedIPadUser' | 'userEnrollment' | 'userEnrollmentUser';

/**
 * Who talks, as each message says.
 * https://developer.apple.com/documentation/devicemanagement/authenticaterequest
 */
export interface ChannelIdentity {
  readonly kind: ChannelKind;
  /** Unique in an organization: `UDID`, `UDID:UserID`, `EnrollmentID` … */
  readonly id: string;
  /** The channel of the device itself: `id`, but for those of users. */
  readonly deviceChannel: string;
  readonly userShortName: string | null;
  readonly userLongName: string | null;
}

/** `authenticated`: it wants to enrol, and nothing can be sent to it yet. `ended`: it left, or enrols again. */
export type ChannelState = 'authenticated' | 'enrolled' | 'ended';

/** One of the ways by which a device that enrolled, or a user of it, talks to the server. */
export interface AppleChannel extends ChannelIdentity {
  readonly deviceId: Id;
  readonly state: ChannelState;
  /** Of the push certificate that it obeys; null before it is enrolled. */
  readonly topic: string | null;
  /** Setup Assistant waits until the server says that the device is configured. */
  readonly awaitingConfiguration: boolean;
  /**
   * The synchronization token of the declarations that the device said it was told of last; null before it has any. Empty: it has fetched some,
   * and has not said so.
   */
  readonly declarationsToken: string | null;
  readonly enrolledAt: Date | null;
  readonly lastSeenAt: Date;
  /** When the device shall tell its inventory again. */
  readonly reportDueAt: Date;
  /** How many parts of the inventory it has told since then. */
  readonly reportPart: number;
  /** Of the certificate with which it talks: its serial number, its end, and the enrolment for which it was issued. */
  readonly certificateSerial: string;
  readonly certificateEnds: Date;
  readonly enrollmentId: Id;
}
