import type { OutgoingHttpHeaders } from 'node:http2';
import { refused, type WakeOutcome } from './outcome.ts';

/** One push as APNs wants it. */
export interface Push {
  readonly headers: OutgoingHttpHeaders & { readonly ':path': string };
  readonly body: Buffer;
}

/** How a device is woken, as it told by TokenUpdate. */
export interface WakeTarget {
  readonly token: Uint8Array;
  readonly pushMagic: string;
}

/** Apple does not promise a length; 32 bytes are usual. */
const longestToken = 512;
const longestPayload = 4096;

/**
 * What is wrong with a target. Token and magic come from the device: what APNs cannot want is not sent to it, as it could end the
 * connection that others share.
 */
export function wrongTarget({ token, pushMagic }: WakeTarget): WakeOutcome | undefined {
  if (token.length === 0 || token.length > longestToken) {
    const message = `The push token of the device has ${token.length} bytes; 32 are usual, and more than ${longestToken} are not sent. The device can be woken after it has sent another (TokenUpdate).`;
    return { kind: 'wrongToken', reason: 'BadDeviceToken', message };
  }
  if (payload(pushMagic).length <= longestPayload) return undefined;
  return refused(
    'PayloadTooLarge',
    `The push magic of the device is too long: APNs takes ${longestPayload} bytes. The device has to enrol again.`,
  );
}

/** https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns */
export function wakePush(topic: string, { token, pushMagic }: WakeTarget, expiration: Date): Push {
  const body = payload(pushMagic);
  return {
    headers: {
      ':method': 'POST',
      ':path': `/3/device/${Buffer.from(token).toString('hex')}`,
      'apns-push-type': 'mdm',
      'apns-topic': topic,
      'apns-expiration': Math.floor(expiration.getTime() / 1000),
      'apns-priority': 10,
      'content-length': body.length,
    },
    body,
  };
}

function payload(pushMagic: string): Buffer {
  return Buffer.from(JSON.stringify({ mdm: pushMagic }));
}
