import type { CheckedCommand, CommandMaker, DeviceAction } from '../../../devices/commands/index.ts';
import type { Device } from '../../../devices/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { Organization } from '../../../tenancy/index.ts';
import { enrollmentIdentifier } from '../enroll/profile.ts';
import { findCommand } from './commands.ts';
import { readRawCommand } from './raw-command.ts';
import { whatForbids, type CommandTarget } from './what-forbids.ts';

/** Makes the commands that an organization's Apple devices take. */
export function appleCommands(organization: Organization): CommandMaker {
  const enrollmentProfile = enrollmentIdentifier(organization);
  return {
    ofAction(device, action) {
      const { type, given } = commandOf(action);
      const command = findCommand(type)!;
      const violations = command.violations(given);
      if (violations.length > 0) throw invalidInput(violations);
      const refusal = whatForbids(command, given, targetOf(device));
      if (refusal !== undefined) throw invalidInput([{ path: action.kind, message: refusal }]);
      return { type, body: { arguments: given } };
    },
    ofRaw(device, body): CheckedCommand {
      const read = readRawCommand(body, { ...targetOf(device), enrollmentProfile });
      if (read.raw === null) return { type: read.requestType, body: { arguments: read.arguments } };
      return { type: read.requestType, body: { plist: Buffer.from(read.raw).toString('base64') } };
    },
  };
}

function commandOf(action: DeviceAction): { readonly type: string; readonly given: JsonObject } {
  switch (action.kind) {
    case 'wipe': {
      const { pin, keepDataPlan } = action;
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
  }
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
