import type { IncomingHttpHeaders } from 'node:http2';
import type { ApnsReason } from './reasons.ts';

/** A push for a device of MDM, as APNs keeps it. */
export interface Push {
  /** Lower-case hex. */
  readonly token: string;
  readonly topic: string;
  /** Canonical UUID; undefined where APNs is to make one. */
  readonly id: string | undefined;
  /** Undefined or past: it is delivered at once or never. */
  readonly expiration: Date | undefined;
  readonly payload: unknown;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const largestPayload = 4096;

/**
 * Reads a request as APNs does: https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
 * `certificateTopic` is the only topic of the client's certificate.
 */
export function readPush(
  headers: IncomingHttpHeaders,
  body: Buffer,
  certificateTopic: string,
): Push | ApnsReason {
  const { ':path': path = '', ':method': method } = headers;
  const token = /^\/3\/device\/([^/?]*)$/.exec(path)?.[1];
  if (token === undefined) return 'BadPath';
  if (method !== 'POST') return 'MethodNotAllowed';
  if (token === '') return 'MissingDeviceToken';
  // Lower case is what Apple shows and what its own tools send.
  if (!/^([0-9a-f]{2})+$/.test(token)) return 'BadDeviceToken';
  const id = single(headers['apns-id']);
  if (id !== undefined && !uuid.test(id)) return 'BadMessageId';
  if ((single(headers['apns-push-type']) ?? 'mdm') !== 'mdm') return 'InvalidPushType';
  if (!/^(1|5|10)$/.test(single(headers['apns-priority']) ?? '10')) return 'BadPriority';
  const expiration = single(headers['apns-expiration']) ?? '0';
  if (!/^\d{1,12}$/.test(expiration)) return 'BadExpirationDate';
  const topic = single(headers['apns-topic']) ?? certificateTopic;
  if (topic !== certificateTopic) return 'TopicDisallowed';
  if (body.length > largestPayload) return 'PayloadTooLarge';
  const payload = parse(body);
  if (payload === undefined) return 'PayloadEmpty';
  return {
    token,
    topic,
    id,
    expiration: expiration === '0' ? undefined : new Date(Number(expiration) * 1000),
    payload,
  };
}

/** Apple does not say what it answers to a body that is not a JSON object. */
function parse(body: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
