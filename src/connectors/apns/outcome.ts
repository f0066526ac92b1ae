/** APNs took the wake-up and passes it on when the device can be reached. It is no sign that the device got it. */
interface Sent {
  readonly kind: 'sent';
  /** What Apple's support and logs call this push. */
  readonly apnsId: string | undefined;
}

interface NotSent {
  /** APNs's word for it (`BadDeviceToken`), a system error's code (`ECONNREFUSED`), or a word of ours (`Timeout`). */
  readonly reason: string;
  /** For people: what was wrong and what would be right. */
  readonly message: string;
}

/** The device does not take wake-ups under this token any more. A token that the device has sent after `at` is good. */
interface Unregistered extends NotSent {
  readonly kind: 'unregistered';
  readonly at: Date | undefined;
}

/** The token is not one of this topic. Another try is of no use before the device sends a new one. */
interface WrongToken extends NotSent {
  readonly kind: 'wrongToken';
}

/** Nothing can be sent so, to any device, before an administrator changes something; mostly the push certificate. */
export interface Refused extends NotSent {
  readonly kind: 'refused';
}

/** It may work another time: see `retryAfter`. */
export interface Later extends NotSent {
  readonly kind: 'later';
  /** Seconds that APNs asked to wait. */
  readonly retryAfter?: number;
}

/** What came of one wake-up. */
export type WakeOutcome = Sent | Unregistered | WrongToken | Refused | Later;

export function later(reason: string, message: string): Later {
  return { kind: 'later', reason, message };
}

export function refused(reason: string, message: string): Refused {
  return { kind: 'refused', reason, message };
}
