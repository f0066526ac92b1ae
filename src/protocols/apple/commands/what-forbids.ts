import type { JsonObject } from '../../../kernel/json.ts';
import { isOlder } from '../../../kernel/version.ts';
import { appleSystemOf } from '../system.ts';
import type { AppleCommand } from './command.ts';

/** Who shall take a command, as far as that is known. */
export interface CommandTarget {
  /** The operating system as people call it: `macOS`, `iPadOS`, … */
  readonly os: string | null;
  readonly osVersion: string | null;
  readonly supervised: boolean | null;
  /** Enrolled by the person who owns it. */
  readonly isUserEnrollment?: boolean;
  readonly channel: 'device' | 'user';
}

/**
 * Why a device will not do a command, for people; undefined when nothing is known against it. A device that has not told its system, version
 * or supervision is taken to have what the command needs.
 */
export function whatForbids(
  { requestType, systems }: AppleCommand,
  { os, osVersion, supervised, isUserEnrollment = false, channel }: CommandTarget,
): string | undefined {
  if (channel === 'user' && !Object.values(systems).some((one) => one.userChannel)) {
    return `${requestType} is for the device, not for one of its users.`;
  }
  const system = appleSystemOf(os);
  if (system === undefined) return undefined;
  const support = systems[system];
  if (support === undefined) return `${os} does not know ${requestType}.`;
  if (osVersion !== null && isOlder(osVersion, support.since)) {
    return `${requestType} needs ${os} ${support.since}; the device has ${osVersion}.`;
  }
  if (support.supervised && supervised === false) {
    return `${requestType} needs a supervised device on ${os}, and this one is not.`;
  }
  if (support.notOnUserEnrollment && isUserEnrollment) {
    return `${requestType} is not for devices that their owner enrolled.`;
  }
  if (channel === 'user' && !support.userChannel) {
    return `On ${os} ${requestType} is for the device, not for one of its users.`;
  }
  return undefined;
}

/** The argument without which a device does not do a command, if it is missing. */
export function missingArgument(
  { systems }: AppleCommand,
  given: JsonObject,
  { os }: Pick<CommandTarget, 'os'>,
): string | undefined {
  const system = appleSystemOf(os);
  return system && systems[system]?.needs?.find((name) => given[name] === undefined);
}
