import { lockChannel, saveChannel, type AppleChannel } from '../../../devices/apple-channels/index.ts';
import { markSent } from '../../../devices/commands/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import { nothingDelivered, saveDelivery, type Delivery } from '../../../policies/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { channelIdentity } from '../channel-identity.ts';
import { encodeCommand } from '../commands/wire/encode-command.ts';
import type { Report } from '../commands/wire/report.ts';
import { applyReport } from './apply-report.ts';
import type { Call } from './call.ts';
import { checkCompliance } from './check-compliance.ts';
import { contentOfCommand, type CommandContents } from './command-content.ts';
import { commandUuid } from './computed-command.ts';
import { nextCommand } from './next-command.ts';
import { removing, sent } from './profile-delivery.ts';
import { toldAgain } from './refused-declarations.ts';
import { situationOf, type DeliverySources } from './situation.ts';

/** What a device gets for its report. */
export type CallAnswer =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'command'; readonly bytes: Uint8Array }
  /** The server does not manage it any more. */
  | { readonly kind: 'unrecognized' };

export interface CallServices {
  readonly sources: DeliverySources;
  readonly contents: CommandContents;
  /** For what a device says that nobody asked. */
  readonly warn: (details: object, message: string) => void;
}

const nothing: CallAnswer = { kind: 'nothing' };

/**
 * Takes the report of a device, of whose certificate the SHA-256 is known, and tells it what to do next, in one transaction: a report whose
 * answer does not arrive can come again, and nothing is done twice. Faults: `tokenInvalid`.
 *
 * https://developer.apple.com/documentation/devicemanagement/sending-mdm-commands-to-a-device
 */
export async function answerCall(
  services: CallServices,
  context: WriteContext,
  report: Report,
  fingerprint: Buffer,
): Promise<CallAnswer> {
  const channel = await lockChannel(context, channelIdentity(report.identity), fingerprint);
  if (!channel) {
    throw new Fault('tokenInvalid', `The user '${report.identity.id}' has not enrolled.`);
  }
  if (channel.state === 'authenticated') return nothing;
  if (channel.state === 'ended') {
    // It must enrol again, and the newer systems leave by themselves when they are told so: all of the device, whoever of its users asks. A user
    // is ended each time that the device enrols, and is there again with the next token.
    return channel.id === channel.deviceChannel ? { kind: 'unrecognized' } : nothing;
  }
  const before = await situationOf(context, channel, services.sources);
  if (before.device.state === 'DELETED') return { kind: 'unrecognized' };
  const reported = await applyReport(context, before, report);
  if (!reported) return nothing;
  if (reported.isUnknown) {
    const { commandUuid: uuid, status } = report;
    services.warn({ channel: channel.id, uuid, status }, 'a device reports what it was not asked');
  }
  return tellNext(services, context, reported.call, report.status, before.delivery);
}

async function tellNext(
  services: CallServices,
  context: WriteContext,
  call: Call,
  status: Report['status'],
  before: Delivery,
): Promise<CallAnswer> {
  const next = nextCommand(call, status);
  const { channel, now } = call;
  if (!next) {
    const delivery = settled(call, status);
    await keep(context, channel, delivery, before);
    if (delivery.settledKey !== null) await checkCompliance(context, call.device, channel, call);
    return nothing;
  }
  if (next.kind === 'queued') {
    await keep(context, channel, { ...call.delivery, settledKey: null }, before);
    await markSent(context, next.command.id);
    const content = await contentOfCommand(services.contents, context, call, next.command);
    return { kind: 'command', bytes: encodeCommand(next.command.id.toUpperCase(), content) };
  }
  const { command } = next;
  let { delivery } = call;
  if (command.kind === 'install') {
    delivery = sent(
      delivery,
      call.wanted.find(({ item }) => item === command.item)!,
      now,
    );
  }
  if (command.kind === 'remove') delivery = removing(delivery, command.item, now);
  if (command.kind === 'declare') delivery = toldAgain(delivery, command.token, now);
  await keep(context, channel, { ...delivery, settledKey: null }, before);
  const content = await contentOfCommand(services.contents, context, call, command);
  return { kind: 'command', bytes: encodeCommand(commandUuid(command), content) };
}

/** Nothing is left to do for what the device shall have, unless it could not do something now. */
function settled(call: Call, status: Report['status']): Delivery {
  const { delivery, documentKey, isOutdated } = call;
  if (status === 'NotNow' || isOutdated) return { ...delivery, settledKey: null };
  // What it could not do once and is still wanted would have been told again.
  return { ...delivery, notNow: {}, settledKey: documentKey };
}

async function keep(
  context: WriteContext,
  { id, deviceId }: AppleChannel,
  delivery: Delivery,
  before: Delivery,
): Promise<void> {
  await saveChannel(context, id, {});
  if (delivery !== before || before === nothingDelivered) await saveDelivery(context, deviceId, id, delivery);
}
