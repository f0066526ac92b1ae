import type { AppleChannel } from '../../../devices/apple-channels/index.ts';
import type { WaitingCommand } from '../../../devices/commands/index.ts';
import type { Delivery } from '../../../policies/index.ts';
import type { Report } from '../commands/wire/report.ts';
import type { WantedDeclaration } from '../delivery/wanted.ts';
import { commandUuid, type ComputedCommand } from './computed-command.ts';
import { hasUnheard } from './declaration-items.ts';
import { isDue, nextOfDelivery, type ProfileToHave } from './profile-delivery.ts';
import { isRefused, refusalIn } from './refused-declarations.ts';

/** All that decides what a device is told next. */
export interface Situation {
  readonly now: Date;
  readonly channel: AppleChannel;
  /** An administrator asked for the end of the management. */
  readonly isLeaving: boolean;
  readonly commands: readonly WaitingCommand[];
  readonly wanted: readonly ProfileToHave[];
  readonly declared: readonly WantedDeclaration[];
  readonly delivery: Delivery;
  /** The parts of the inventory that this channel is asked for, in their order. */
  readonly inventoryParts: readonly string[];
  /** Of the declarations that the device shall have; undefined where it gets none. */
  readonly declarationsToken: string | undefined;
  /** The certificate that is to be replaced soon, by its end; undefined while it is good for long. */
  readonly endingCertificate: string | undefined;
}

export type NextCommand =
  | { readonly kind: 'queued'; readonly command: WaitingCommand }
  | { readonly kind: 'computed'; readonly uuid: string; readonly command: ComputedCommand };

/**
 * What the device is told after this report; undefined ends the exchange. What it cannot do now is not offered again in the answer to a
 * `NotNow`, but with the next other report.
 *
 * https://developer.apple.com/documentation/devicemanagement/handling-notnow-status-responses
 */
export function nextCommand(situation: Situation, status: Report['status']): NextCommand | undefined {
  const { now, channel, commands, wanted, delivery } = situation;
  const isPutOff = status === 'NotNow';
  const queued = commands.find(({ state }) => !(isPutOff && state === 'notNow'));
  if (queued) return { kind: 'queued', command: queued };
  const mayAsk = (command: ComputedCommand) =>
    !(isPutOff && Object.hasOwn(delivery.notNow, commandUuid(command)));
  const next = [
    () => (situation.isLeaving ? ({ kind: 'leave' } as const) : undefined),
    () => nextOfDelivery(wanted, declaredProfiles(situation), delivery, now, mayAsk),
    () => declaration(situation),
    () => renewal(situation),
    () =>
      channel.awaitingConfiguration
        ? ({ kind: 'configured', round: channel.enrolledAt!.getTime() } as const)
        : undefined,
    () => inventory(situation),
  ];
  for (const candidate of next) {
    const command = candidate();
    if (command && mayAsk(command)) return { kind: 'computed', uuid: commandUuid(command), command };
    // Nobody installs profiles on a device that is about to be left.
    if (command?.kind === 'leave') return undefined;
  }
  return undefined;
}

function declaredProfiles({ declared }: Situation): string[] {
  return declared.flatMap(({ profile }) => profile?.identifier ?? []);
}

function declaration(situation: Situation): ComputedCommand | undefined {
  const { declarationsToken: token, channel, delivery, now } = situation;
  if (token === undefined) return undefined;
  const refused = refusalIn(delivery);
  const isTold = refused
    ? isRefused(delivery, token) && !isDue(refused, now)
    : token === channel.declarationsToken && !hasUnheard(delivery, now);
  return isTold ? undefined : { kind: 'declare', token };
}

/** Once a day, before the inventory. */
function renewal({ endingCertificate: certificate, channel, now }: Situation): ComputedCommand | undefined {
  if (certificate === undefined || channel.reportDueAt > now || channel.reportPart > 0) return undefined;
  return { kind: 'renew', certificate };
}

function inventory({ channel, now, inventoryParts }: Situation): ComputedCommand | undefined {
  const { reportDueAt, reportPart } = channel;
  const part = inventoryParts[reportPart];
  if (reportDueAt > now || part === undefined) return undefined;
  return { kind: 'inventory', part, round: reportDueAt.getTime() };
}
