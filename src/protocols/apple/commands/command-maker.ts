import type {
  CheckedCommand,
  CommandMaker,
  DeviceAction,
  WipeAction,
} from '../../../devices/commands/index.ts';
import type { Device } from '../../../devices/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { Organization } from '../../../tenancy/index.ts';
import { enrollmentIdentifier } from '../enroll/profile.ts';
import { findCommand } from './commands.ts';
import { readRawCommand } from './raw-command.ts';
import { missingArgument, whatForbids, type CommandTarget } from './what-forbids.ts';

/** Makes the commands that an organization's Apple devices take. */
export function appleCommands(organization: Organization): CommandMaker {
  const enrollmentProfile = enrollmentIdentifier(organization);
  return {
    ofAction(device, action) {
      const { type, given } = commandOf(action);
      const command = findCommand(type)!;
      const violations = command.violations(given);
      if (violations.length > 0) throw invalidInput(violations);
      const target = targetOf(device);
      const refusal = whatForbids(command, target);
      if (refusal !== undefined) throw invalidInput([{ path: action.kind, message: refusal }]);
      const missing = missingArgument(command, given, target);
      if (missing !== undefined) {
        const path = missing === 'PIN' ? 'pin' : action.kind;
        throw invalidInput([{ path, message: `is required: on ${target.os} ${type} needs '${missing}'` }]);
      }
      return { type, body: { arguments: given }, ...urgencyOf(type) };
    },
    async ofApplication() {
      throw invalidInput([
        { path: 'id', message: 'Apple devices get no applications from this server yet.' },
      ]);
    },
    ofRaw(device, given): CheckedCommand {
      const read = readRawCommand(given, { ...targetOf(device), enrollmentProfile });
      const { requestType: type, raw } = read;
      const body =
        raw === null ? { arguments: read.arguments } : { plist: Buffer.from(raw).toString('base64') };
      return { type, body, ...urgencyOf(type) };
    },
  };
}

/** What protects a lost device. */
const urgent: ReadonlySet<string> = new Set(['DeviceLock', 'EraseDevice', 'EnableLostMode']);

function urgencyOf(requestType: string): Pick<CheckedCommand, 'isUrgent'> {
  return urgent.has(requestType) ? { isUrgent: true } : {};
}

function commandOf(action: DeviceAction): { readonly type: string; readonly given: JsonObject } {
  switch (action.kind) {
    case 'wipe': {
      const { pin, keepDataPlan } = action;
      refuseWishesOfWindows(action);
      return { type: 'EraseDevice', given: present({ PIN: pin, PreserveDataPlan: keepDataPlan }) };
    }
    case 'lock': {
      const { pin, message, phoneNumber } = action;
      return { type: 'DeviceLock', given: present({ PIN: pin, Message: message, PhoneNumber: phoneNumber }) };
    }
    case 'restart':
      return { type: 'RestartDevice', given: {} };
    case 'shutDown':
      return { type: 'ShutDownDevice', given: {} };
    default:
      throw invalidInput([{ path: action.kind, message: 'Apple devices cannot be told to do this.' }]);
  }
}

/** An Apple device that is erased keeps nothing, so that a wish to keep something is no wish to erase it. */
function refuseWishesOfWindows(action: WipeAction): void {
  const wishes = ['keep', 'isProtected', 'fromCloud'] as const;
  const violations = wishes
    .filter((name) => action[name])
    .map((path) => ({ path, message: `Apple devices do not know '${path}'.` }));
  if (violations.length > 0) throw invalidInput(violations);
}

function present(given: Readonly<Record<string, string | boolean | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string | boolean] => entry[1] !== undefined),
  );
}

function targetOf({ summary }: Device): CommandTarget {
  const { os = null, osVersion = null, supervised = null } = summary;
  return { os, osVersion, supervised, channel: 'device' };
}
