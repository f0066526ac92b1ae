import {
  authenticate,
  checkOut,
  escrowedToken,
  keepBootstrapToken,
  lockChannel,
  saveChannel,
  updateToken,
  type AppleChannel,
  type ChannelIdentity,
} from '../../../devices/apple-channels/index.ts';
import { getPushCertificate } from '../../../devices/push-certificate/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import type { PlistDict } from '../../../kernel/plist/plist-value.ts';
import { writePlist } from '../../../kernel/plist/write-plist.ts';
import {
  assignByEnrollment,
  forgetDeliveries,
  forgetInstallation,
  releaseDevice,
} from '../../../policies/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import type { DeliverySources } from '../connect/situation.ts';
import { answerDeclarativeManagement } from '../declarations/answer.ts';
import { readDeviceFacts } from '../inventory/device-facts.ts';
import { channelIdentity } from '../channel-identity.ts';
import type { CheckIn } from './wire/messages.ts';

/** What a device gets: nothing, a property list, or the JSON of declarative management. */
export type CheckInAnswer =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'plist'; readonly text: string }
  | { readonly kind: 'json'; readonly text: string }
  /** There is no such declaration for this device. */
  | { readonly kind: 'notFound' }
  /** The user of the device is not to be managed. */
  | { readonly kind: 'declined' };

const nothing: CheckInAnswer = { kind: 'nothing' };

/**
 * Answers a check-in message, of whose sender the certificate is known by its SHA-256.
 * Faults: `tokenInvalid`, `malformedBody`, `invalidInput`.
 *
 * https://developer.apple.com/documentation/devicemanagement/check-in
 */
export async function answerCheckIn(
  context: WriteContext,
  sources: DeliverySources,
  message: CheckIn,
  fingerprint: Buffer,
): Promise<CheckInAnswer> {
  const identity = channelIdentity(message.identity);
  switch (message.type) {
    case 'Authenticate': {
      await requireTopic(context, message.topic);
      const { deviceId, isNew, enrollmentId } = await authenticate(
        context,
        identity,
        fingerprint,
        factsOf(message),
      );
      if (isNew) await forgetInstallation(context, deviceId);
      if (isNew) await assignByEnrollment(context, enrollmentId, deviceId);
      return nothing;
    }
    case 'TokenUpdate':
      await requireTopic(context, message.topic);
      await updateToken(context, identity, fingerprint, { ...message, pushToken: message.token });
      return nothing;
    case 'CheckOut': {
      const channel = await lockChannel(context, identity, fingerprint);
      if (!channel || channel.state === 'ended') return nothing;
      await checkOut(context, channel);
      if (channel.id === channel.deviceChannel) await releaseDevice(context, channel.deviceId);
      else await forgetDeliveries(context, channel.deviceId, channel.id);
      return nothing;
    }
    case 'UserAuthenticate':
      await lockChannel(context, identity, fingerprint);
      // Users of a directory that signs them in by digest; those of the Mac itself do not ask.
      return { kind: 'declined' };
    case 'SetBootstrapToken': {
      const channel = await lockEnrolled(context, identity, fingerprint);
      await keepBootstrapToken(context, channel.deviceChannel, message.bootstrapToken ?? undefined);
      const { awaitingConfiguration } = message;
      if (awaitingConfiguration !== undefined)
        await saveChannel(context, channel.id, { awaitingConfiguration });
      return nothing;
    }
    case 'GetBootstrapToken': {
      const channel = await lockEnrolled(context, identity, fingerprint);
      const token = await escrowedToken(context, channel.deviceChannel, 'bootstrap_token');
      return token ? plist({ BootstrapToken: token }) : nothing;
    }
    case 'DeclarativeManagement': {
      const channel = await lockEnrolled(context, identity, fingerprint);
      const text = await answerDeclarativeManagement(context, channel, sources, message);
      if (text === undefined) return { kind: 'notFound' };
      return text === null ? nothing : { kind: 'json', text };
    }
    case 'GetToken':
      await lockEnrolled(context, identity, fingerprint);
      throw new Fault('invalidInput', `This server has no tokens for the service '${message.service}'.`);
    case 'unknown':
      throw new Fault(
        'invalidInput',
        `'${message.messageType}' is not a check-in message that is known here.`,
      );
  }
}

/** What a device tells when it asks to enrol it tells in the words of its inventory. */
function factsOf({ device }: Extract<CheckIn, { type: 'Authenticate' }>) {
  return readDeviceFacts({ device: { QueryResponses: device } });
}

/** Faults: `tokenInvalid` for a device, or a user of it, that is not enrolled. */
async function lockEnrolled(
  context: WriteContext,
  identity: ChannelIdentity,
  fingerprint: Buffer,
): Promise<AppleChannel> {
  const channel = await lockChannel(context, identity, fingerprint);
  if (channel?.state === 'enrolled') return channel;
  throw new Fault('tokenInvalid', `'${identity.id}' is not enrolled.`);
}

/** A device that obeys another topic could never be woken. */
async function requireTopic(context: WriteContext, topic: string): Promise<void> {
  const push = await getPushCertificate(context);
  if (push?.topic === topic) return;
  throw new Fault(
    'invalidInput',
    `The device's topic '${topic}' is not that of the organization's push certificate${push ? `, '${push.topic}'` : ': it has none'}. It must enrol again with a new profile.`,
  );
}

function plist(content: PlistDict): CheckInAnswer {
  return { kind: 'plist', text: writePlist(content) };
}
