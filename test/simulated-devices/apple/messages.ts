import { certificateHeader } from '../certificate-header.ts';
import { oids, type Identity } from '../pki/asn1.ts';
import { der } from '../pki/der.ts';
import { ServerRefusal } from '../server-refusal.ts';
import { isDict, readPlist, textIn, writePlist, type PlistDict } from './plist.ts';
import { signContent } from '../pki/signed-data.ts';
import type { Channel, Device, DeviceSetup, Enrollment } from './state.ts';
import { contentTypeOf, type DeviceRequest, type DeviceResponse } from '../transport.ts';
import { forgetEnrollment } from './unenroll.ts';

const contentTypes = {
  checkIn: 'application/x-apple-aspen-mdm-checkin',
  connect: 'application/x-apple-aspen-mdm; charset=UTF-8',
};

/**
 * Sends a message to the server by HTTP PUT, with the proof of who sends it, and gives the body of its answer.
 * Throws `ServerRefusal` where that is not 200. An answer 401, or 403 that says `com.apple.unrecognized.device`, ends the enrolment.
 *
 * https://developer.apple.com/documentation/devicemanagement/implementing-device-management
 */
export async function sendMessage(
  device: Device,
  enrollment: Enrollment,
  to: 'checkIn' | 'connect',
  message: PlistDict,
): Promise<Buffer> {
  const body = writePlist(message);
  const answer = await device.setup.transport({
    method: 'PUT',
    url: to === 'checkIn' ? enrollment.checkInUrl : enrollment.serverUrl,
    body,
    ...proofOf(device.setup, enrollment, body, { 'content-type': contentTypes[to] }),
  });
  if (answer.status === 200) return answer.body;
  if (answer.status === 401 || isUnrecognized(answer)) forgetEnrollment(device);
  const what = textIn(message, 'MessageType') ?? textIn(message, 'Status') ?? 'the message';
  throw new ServerRefusal(`${what} of ${device.hardware.name}`, answer.status, answer.body);
}

/** Sends a check-in message of a channel. */
export function checkInMessage(
  device: Device,
  enrollment: Enrollment,
  channel: Channel,
  message: PlistDict,
): Promise<Buffer> {
  return sendMessage(device, enrollment, 'checkIn', { ...channel.ids, ...message });
}

function proofOf(
  setup: DeviceSetup,
  { signsMessages, identity }: Enrollment,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): Pick<DeviceRequest, 'headers' | 'identity'> {
  const { authentication } = setup;
  switch (authentication.kind) {
    case 'signature': {
      if (!signsMessages) return { headers };
      const signature = signMessage(identity, body, authentication, setup.clock());
      return { headers: { ...headers, 'mdm-signature': signature.toString('base64') } };
    }
    case 'tls':
      return { headers, identity };
    case 'proxyHeader':
      return { headers: { ...headers, ...certificateHeader(authentication, identity) } };
  }
}

/** What a device puts into `Mdm-Signature`, as DER. */
export function signMessage(
  identity: Identity,
  body: Uint8Array,
  { digest, isDetached }: { readonly digest: 'sha1' | 'sha256'; readonly isDetached: boolean },
  now: Date,
): Buffer {
  const utc = now
    .toISOString()
    .replaceAll(/[-:T]|\.\d+/g, '')
    .slice(2);
  const signingTime = der(0x17, Buffer.from(utc));
  return signContent(identity, body, { digest, isDetached, attributes: [[oids.signingTime, signingTime]] });
}

/** The body of a typed error is JSON or a property list, as its content type says. */
function isUnrecognized(answer: DeviceResponse): boolean {
  const { status, body } = answer;
  if (status !== 403) return false;
  try {
    const error: unknown = contentTypeOf(answer).startsWith('application/json')
      ? JSON.parse(body.toString())
      : readPlist(body);
    return isDict(error) && error['code'] === 'com.apple.unrecognized.device';
  } catch {
    return false;
  }
}
