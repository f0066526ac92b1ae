import type { DeviceAction } from '../../../devices/commands/index.ts';
import { cleanInstall } from './clean-pc.ts';
import type { WindowsCommand } from './command.ts';
import { rename } from './computer-name.ts';
import { scanForMalware, updateMalwareSignatures } from './defender.ts';
import { resetForNextUser, wipe } from './remote-wipe.ts';
import { restart } from './restart.ts';
import { rotateAdminPassword, rotateRecoveryKeys } from './secrets.ts';

/** Why Windows does not do what other systems do, for people. */
export interface Unknown {
  readonly unknown: string;
}

/** What Windows does for each action. */
export const windowsActions: {
  readonly [Kind in DeviceAction['kind']]: WindowsCommand<Kind> | Unknown;
} = {
  wipe,
  restart,
  rename,
  cleanInstall,
  resetForNextUser,
  scanForMalware,
  updateMalwareSignatures,
  rotateRecoveryKeys,
  rotateAdminPassword,
  // https://learn.microsoft.com/windows/client-management/mdm/remotelock-csp was made for phones.
  lock: { unknown: 'Windows on PCs cannot be locked by its management.' },
  shutDown: { unknown: 'Windows cannot be shut down by its management; it can be restarted.' },
};
