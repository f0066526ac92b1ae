import { chainOf, CommandFailed, CommandMalformed, mdmFailure } from '../failures.ts';
import { textIn, type PlistDict } from '../plist.ts';
import { enrollmentOf, type Channel, type Device } from '../state.ts';
import type { CommandAnswer, KnownCommand } from './command.ts';
import {
  declarativeManagement,
  deviceConfigured,
  deviceLock,
  eraseDevice,
  restartDevice,
  shutDownDevice,
} from './control.ts';
import { certificateList, deviceInformation, installedApplicationList, securityInfo } from './inventory.ts';
import { installProfile, profileList, removeProfile } from './profiles.ts';

export { keepProfile, leave } from './profiles.ts';

const known: ReadonlyMap<string, KnownCommand> = new Map(
  [
    certificateList,
    declarativeManagement,
    deviceConfigured,
    deviceInformation,
    deviceLock,
    eraseDevice,
    installedApplicationList,
    installProfile,
    profileList,
    removeProfile,
    restartDevice,
    securityInfo,
    shutDownDevice,
  ].map((command) => [command.requestType, command]),
);

interface AnsweredCommand extends CommandAnswer {
  /** An order was carried out. */
  readonly isOrder?: boolean;
  readonly status: 'Acknowledged' | 'Error' | 'CommandFormatError' | 'NotNow';
}

/** Does what a command says, and tells how that went. */
export async function answerCommand(
  device: Device,
  channel: Channel,
  command: PlistDict,
): Promise<AnsweredCommand> {
  const { state } = device;
  try {
    const requestType = textIn(command, 'RequestType');
    if (requestType === undefined) throw new CommandMalformed('RequestType is missing');
    const definition = definitionFor(device, channel, requestType);
    if (state.isLocked && !definition.worksWhenLocked) return { status: 'NotNow' };
    const failure = state.failures.get(requestType);
    if (failure && failure.times > 0) {
      failure.times -= 1;
      throw failure.chain ? new CommandFailed(failure.chain) : new CommandMalformed();
    }
    const answer = await definition.run(device, channel, command);
    return { status: 'Acknowledged', isOrder: definition.isOrder === true, ...answer };
  } catch (error) {
    if (error instanceof CommandFailed) return { status: 'Error', content: { ErrorChain: chainOf(error) } };
    if (error instanceof CommandMalformed) return { status: 'CommandFormatError' };
    throw error;
  }
}

function definitionFor(device: Device, channel: Channel, requestType: string): KnownCommand {
  const definition = known.get(requestType);
  const isKnown =
    definition &&
    (definition !== declarativeManagement || device.setup.supportsDeclarations) &&
    (!channel.isUser || definition.isForUsers);
  if (!isKnown) throw mdmFailure(12_021, `"${requestType}" is not a valid request type.`);
  const { accessRights } = enrollmentOf(device);
  if ((accessRights & definition.needs) !== definition.needs) {
    throw mdmFailure(12_007, `The MDM server is not authorized to send "${requestType}".`);
  }
  return definition;
}
