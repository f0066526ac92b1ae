import { later, refused, type Later, type Refused, type WakeOutcome } from './outcome.ts';
import { meaningOf, refusalOfConnection } from './reasons.ts';

/** What APNs said to one request. */
export interface Answer {
  readonly status: number;
  readonly apnsId: string | undefined;
  readonly retryAfter: string | undefined;
  /** Empty where it was too long to be read. */
  readonly body: string;
}

export function outcomeOfAnswer({ status, apnsId, retryAfter, body }: Answer, now: Date): WakeOutcome {
  if (status === 200) return { kind: 'sent', apnsId };
  const { reason = `HTTP ${status}`, timestamp } = readReason(body);
  const { kind, message } = meaningOf(reason, status);
  if (kind === 'unregistered') return { kind, reason, message, at: timestamp };
  if (kind !== 'later') return { kind, reason, message };
  const seconds = readRetryAfter(retryAfter, now);
  return { kind, reason, message, ...(seconds === undefined ? {} : { retryAfter: seconds }) };
}

/** What the end of a connection means to what is on it. It never speaks about one device: APNs does not say which. */
export function outcomeOfGoAway(errorCode: number, debugData: Uint8Array | undefined): Later | Refused {
  const { reason = `GOAWAY ${errorCode}` } = readReason(Buffer.from(debugData ?? []).toString());
  const refusal = refusalOfConnection(reason);
  return refusal
    ? refused(reason, refusal.message)
    : later(reason, 'APNs ended the connection. It is worth another try later.');
}

function readReason(body: string): { readonly reason?: string; readonly timestamp?: Date } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return {};
  }
  if (typeof json !== 'object' || json === null) return {};
  const { reason, timestamp } = json as { readonly reason?: unknown; readonly timestamp?: unknown };
  const at = new Date(typeof timestamp === 'number' && timestamp > 0 ? timestamp : Number.NaN);
  return {
    ...(typeof reason === 'string' && /^[A-Za-z]{1,64}$/.test(reason) ? { reason } : {}),
    ...(Number.isNaN(at.getTime()) ? {} : { timestamp: at }),
  };
}

/** Seconds, or the date after which to try again (RFC 9110, 10.2.3). */
function readRetryAfter(text: string | undefined, now: Date): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const seconds = Math.ceil((Date.parse(text) - now.getTime()) / 1000);
  return seconds >= 0 ? seconds : undefined;
}
