import { certificateList } from './certificate-list.ts';
import type { AppleCommand } from './command.ts';
import { declarativeManagement } from './declarative-management.ts';
import { deviceConfigured } from './device-configured.ts';
import { deviceInformation } from './device-information.ts';
import { eraseDevice } from './erase-device.ts';
import { installedApplicationList } from './installed-application-list.ts';
import { clearPasscode, deviceLock } from './lock.ts';
import { restartDevice, shutDownDevice } from './power.ts';
import { installProfile, profileList, removeProfile } from './profiles.ts';
import { securityInfo } from './security-info.ts';

/** Every command that is known; devices know more. */
export const appleCommands: readonly AppleCommand[] = [
  certificateList,
  clearPasscode,
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
];

const byRequestType: ReadonlyMap<string, AppleCommand> = new Map(
  appleCommands.map((command) => [command.requestType, command]),
);

/** Undefined for a command that is not known. */
export function findCommand(requestType: string): AppleCommand | undefined {
  return byRequestType.get(requestType);
}
