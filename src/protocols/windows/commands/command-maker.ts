import type { CheckedCommand, CommandMaker, DeviceAction } from '../../../devices/commands/index.ts';
import type { Device } from '../../../devices/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { DmCommand } from '../dm-command.ts';
import { msiReader } from '../msi/msi-reader.ts';
import { applicationCommand } from './application-order.ts';
import type { WindowsCommand } from './command.ts';
import { windowsActions } from './commands.ts';
import { readRawCommands } from './raw-commands.ts';

/** Makes the commands that Windows devices take. Their body is `{commands: DmCommand[]}`, which are sent in this order. */
export function windowsCommands(): CommandMaker {
  const msi = msiReader();
  return {
    ofAction: commandOfAction,
    ofRaw: commandOfRaw,
    ofApplication: (context, action) => applicationCommand(context, msi, action),
  };
}

function commandOfAction(_device: Device, action: DeviceAction): CheckedCommand {
  const known = windowsActions[action.kind];
  if ('unknown' in known) throw invalidInput([{ path: action.kind, message: known.unknown }]);
  // Each kind has the command of its kind, which the compiler does not see of a union.
  const command = known as WindowsCommand<DeviceAction['kind']>;
  const refusal = command.refusal?.(action);
  if (refusal) throw invalidInput([{ path: refusal.property, message: refusal.message }]);
  return {
    type: command.type,
    body: bodyOf(command.commands(action)),
    ...(command.isUrgent && { isUrgent: true }),
  };
}

function commandOfRaw(_device: Device, body: JsonObject): CheckedCommand {
  const { name, commands, isOfUser } = readRawCommands(body);
  return { type: name, body: bodyOf(commands), ...(isOfUser && { isOfUser }) };
}

function bodyOf(commands: readonly DmCommand[]): JsonObject {
  return { commands: commands as unknown as JsonObject[] };
}
