import { saveChannel, type AppleChannel } from '../../../devices/apple-channels/index.ts';
import { devicesByIds, type Device } from '../../../devices/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import { lockDelivery, saveDelivery, type Delivery } from '../../../policies/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { checkCompliance } from '../connect/check-compliance.ts';
import { withTries } from '../connect/declared-again.ts';
import { withFetched, withStatuses } from '../connect/declared.ts';
import { keepDeclarationSupport, toHaveBy, type DeliverySources, type ToHave } from '../connect/situation.ts';
import { declarationAnswer, declarationItems, tokens } from './answers.ts';
import { readStatusReport } from './status-report.ts';

/**
 * Answers what a device asks of its declarations: the JSON; null for nothing, and undefined for a declaration that is not the device's.
 * Faults: `malformedBody`.
 *
 * https://developer.apple.com/documentation/devicemanagement/declarativemanagementrequest
 */
export async function answerDeclarativeManagement(
  context: WriteContext,
  channel: AppleChannel,
  sources: DeliverySources,
  { endpoint, data }: { readonly endpoint: string; readonly data: Uint8Array | undefined },
): Promise<string | null | undefined> {
  const device = (await devicesByIds(context, [channel.deviceId])).get(channel.deviceId)!;
  const delivery = await lockDelivery(context, device.id, channel.id);
  const toHave = withTries(await toHaveBy(context, device, channel, sources), delivery, context.now);
  if (endpoint === 'status') {
    const mayBeJudged = await keepStatus(
      context,
      device,
      channel,
      toHave,
      delivery,
      data ?? new Uint8Array(),
    );
    if (mayBeJudged) await checkCompliance(context, device, channel, toHave);
    return null;
  }
  const { declarations } = toHave;
  if (endpoint === 'tokens') return JSON.stringify(tokens(declarations, context.now));
  if (endpoint === 'declaration-items') {
    // It has them from now on, even if its answer to the command that told it of them gets lost.
    if (channel.declarationsToken === null) await saveChannel(context, channel.id, { declarationsToken: '' });
    return JSON.stringify(declarationItems(declarations));
  }
  const [, kind, identifier] = /^declaration\/([a-z]+)\/(.+)$/.exec(endpoint) ?? [];
  if (kind === undefined || identifier === undefined) {
    throw new Fault('malformedBody', `'${endpoint}' is nothing that can be asked of declarations.`);
  }
  const found = declarationAnswer(declarations, kind, identifier);
  return found && JSON.stringify(found);
}

/** Whether the device told of its declarations, and nothing is left to tell it. */
async function keepStatus(
  context: WriteContext,
  device: Device,
  { id, deviceChannel }: AppleChannel,
  toHave: ToHave,
  before: Delivery,
  data: Uint8Array,
): Promise<boolean> {
  const { declarations, clientCapabilities } = readStatusReport(data);
  const { now } = context;
  let after = before;
  if (declarations) {
    after = withStatuses(withFetched(after, declarations, toHave, now), declarations, now);
  }
  // What can be declared to its users is another thing.
  if (clientCapabilities && id === deviceChannel) {
    await keepDeclarationSupport(context, device, clientCapabilities);
    // It can now be told otherwise what it shall have.
    after = { ...after, settledKey: null };
  }
  if (after !== before) await saveDelivery(context, device.id, id, after);
  return declarations !== undefined && after.settledKey !== null;
}
