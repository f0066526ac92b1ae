import { checkOut, saveChannel } from '../../../devices/apple-channels/index.ts';
import { finishCommand, putOff, type WaitingCommand } from '../../../devices/commands/index.ts';
import { recordEvents } from '../../../devices/events/index.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { forgetInstallation, releaseDevice, type Delivery } from '../../../policies/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { findCommand } from '../commands/commands.ts';
import { jsonOfPlist } from '../commands/shape.ts';
import type { Report } from '../commands/wire/report.ts';
import { commandUuid, type ComputedCommand } from './computed-command.ts';
import { afterDeclaring } from './declared.ts';
import { textOfErrors } from './error-text.ts';
import { inventoryPeriod } from './inventory.ts';
import { keepInventory } from './keep-inventory.ts';
import { installed, notRemoved, refused, removed, stateOf } from './profile-delivery.ts';
import { isRefused } from './refused-declarations.ts';
import { withChannel, withEvents, type Call } from './call.ts';

/** What became of the call by a report; undefined when the device's management ended with it. */
export interface Reported {
  readonly call: Call;
  /** What the report is about is nothing that the device was asked, or was answered before. */
  readonly isUnknown: boolean;
}

/** Puts the result of a command where it belongs. The same result may come again, and one of long ago: then nothing changes. */
export async function applyReport(
  context: WriteContext,
  call: Call,
  report: Report,
): Promise<Reported | undefined> {
  const { status, commandUuid: uuid } = report;
  if (status === 'Idle' || uuid === undefined) return { call, isUnknown: status !== 'Idle' };
  const queued = call.commands.find(({ id }) => id === uuid.toLowerCase());
  if (queued) {
    const after = await applyToQueued(context, call, queued, report);
    if (queued.type !== 'EraseDevice' || status !== 'Acknowledged') return { call: after, isUnknown: false };
    // It loses all that it has, so nothing more is to be done on it.
    await forgetInstallation(context, call.channel.deviceId);
    return undefined;
  }
  const command = askedFor(call, uuid);
  if (!command) return { call, isUnknown: true };
  if (status === 'NotNow') return { call: withNotNow(call, uuid), isUnknown: false };
  return applyToComputed(context, answered(call, uuid), command, report);
}

async function applyToQueued(
  context: WriteContext,
  call: Call,
  command: WaitingCommand,
  { status, errorChain, answer }: Report,
): Promise<Call> {
  if (status === 'NotNow') {
    await putOff(context, command.id);
    const commands = call.commands.map((item) =>
      item === command ? { ...item, state: 'notNow' as const } : item,
    );
    return { ...call, commands };
  }
  const isDone = status === 'Acknowledged';
  const known = findCommand(command.type);
  const told = known ? known.readAnswer(answer).content : jsonOfPlist(answer);
  const error = isDone ? null : textOfErrors(errorChain);
  await finishCommand(context, command.id, {
    state: isDone ? 'acknowledged' : status === 'Error' ? 'error' : 'formatError',
    answer: told as JsonObject,
    error,
  });
  await recordEvents(context, call.channel.deviceId, [
    {
      title: isDone ? `The device did '${command.type}'.` : `The device refused '${command.type}': ${error}`,
      details: { commandId: command.id, command: command.type, ...(error !== null && { error }) },
    },
  ]);
  const rest = { ...call, commands: call.commands.filter((item) => item !== command) };
  return isDone ? keepInventory(context, rest, command.type, answer) : rest;
}

/** Of which command this is the result, among those that the device can have been asked as things are. */
function askedFor(call: Call, uuid: string): ComputedCommand | undefined {
  const { delivery, channel, declarationsToken: token, endingCertificate: certificate } = call;
  const part = call.inventoryParts[channel.reportPart];
  const candidates: ComputedCommand[] = [
    ...Object.entries(delivery.items).flatMap(([item, { version, state, error }]): ComputedCommand[] => {
      if (state === 'sent') return [{ kind: 'install', item, version }];
      // With an error it is the same that was told before, which came again.
      return state === 'removing' && error === undefined ? [{ kind: 'remove', item, version }] : [];
    }),
    { kind: 'verify', state: stateOf(delivery.items) },
    ...(part === undefined
      ? []
      : [{ kind: 'inventory', part, round: channel.reportDueAt.getTime() } as const]),
    ...(token === undefined || isRefused(delivery, token) ? [] : [{ kind: 'declare', token } as const]),
    ...(channel.awaitingConfiguration
      ? [{ kind: 'configured', round: channel.enrolledAt!.getTime() } as const]
      : []),
    ...(certificate === undefined ? [] : [{ kind: 'renew', certificate } as const]),
    ...(call.isLeaving ? [{ kind: 'leave' } as const] : []),
  ];
  return candidates.find((candidate) => commandUuid(candidate) === uuid);
}

async function applyToComputed(
  context: WriteContext,
  call: Call,
  command: ComputedCommand,
  report: Report,
): Promise<Reported | undefined> {
  const known = (changed: Call): Reported => ({ call: changed, isUnknown: false });
  const { delivery, now, channel } = call;
  const isDone = report.status === 'Acknowledged';
  const refusal = {
    error: textOfErrors(report.errorChain),
    isFinal: report.status === 'CommandFormatError',
  };
  switch (command.kind) {
    case 'install': {
      const { item } = command;
      return known(
        await withEvents(
          context,
          call,
          isDone ? installed(delivery, item, now) : refused(delivery, item, refusal, now),
        ),
      );
    }
    case 'remove': {
      const { item } = command;
      return known(
        await withEvents(
          context,
          call,
          isDone || isNotThere(report) ? removed(delivery, item) : notRemoved(delivery, item, refusal, now),
        ),
      );
    }
    case 'verify':
      if (isDone) {
        const kept = await keepInventory(context, call, 'ProfileList', report.answer);
        // It is all that a user's channel is asked for.
        return known(channel.id === channel.deviceChannel ? kept : await afterInventoryPart(context, kept));
      }
      // A device that cannot tell its profiles is believed.
      return known({ ...call, delivery: believed(delivery) });
    case 'inventory': {
      const kept = isDone ? await keepInventory(context, call, command.part, report.answer) : call;
      return known(await afterInventoryPart(context, kept));
    }
    case 'declare':
      return known(await afterDeclaring(context, call, command.token, isDone ? undefined : refusal));
    case 'configured':
      await saveChannel(context, channel.id, { awaitingConfiguration: false });
      return known(withChannel(call, { awaitingConfiguration: false }));
    case 'renew':
      // The certificate of its next message shows whether it did.
      return known({ ...call, endingCertificate: undefined });
    case 'leave':
      if (!isDone && !isNotThere(report)) return known({ ...call, isLeaving: false });
      await checkOut(context, channel);
      await releaseDevice(context, channel.deviceId);
      return undefined;
  }
}

/** The device has no such profile from this server. */
function isNotThere({ errorChain }: Report): boolean {
  return errorChain.some(({ domain, code }) => domain === 'MCMDMErrorDomain' && code === 12_013);
}

function believed(delivery: Delivery): Delivery {
  const items = Object.entries(delivery.items).map(([name, item]) => [
    name,
    item.state === 'delivered' ? { ...item, state: 'verified' as const } : item,
  ]);
  return { ...delivery, items: Object.fromEntries(items) };
}

async function afterInventoryPart(context: WriteContext, call: Call): Promise<Call> {
  const { channel, now, inventoryParts } = call;
  const reportPart = channel.reportPart + 1;
  const change =
    reportPart < inventoryParts.length
      ? { reportPart }
      : { reportPart: 0, reportDueAt: new Date(now.getTime() + inventoryPeriod) };
  await saveChannel(context, channel.id, change);
  return withChannel(call, change);
}

function withNotNow(call: Call, uuid: string): Call {
  const { delivery, now } = call;
  const { since, count } = delivery.notNow[uuid] ?? { since: now.toISOString(), count: 0 };
  const notNow = { ...delivery.notNow, [uuid]: { since, count: count + 1 } };
  return { ...call, delivery: { ...delivery, notNow } };
}

function answered(call: Call, uuid: string): Call {
  const { [uuid]: _, ...notNow } = call.delivery.notNow;
  return { ...call, delivery: { ...call.delivery, notNow } };
}
