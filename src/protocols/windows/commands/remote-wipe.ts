import type { WipeAction } from '../../../devices/commands/index.ts';
import { exec, type WindowsCommand } from './command.ts';

const remoteWipe = './Device/Vendor/MSFT/RemoteWipe';
const page = 'https://learn.microsoft.com/windows/client-management/mdm/remotewipe-csp';

/** The device answers that it will, and never calls again. */
export const wipe: WindowsCommand<'wipe'> = {
  page,
  kind: 'wipe',
  type: 'RemoteWipe',
  isUrgent: true,
  refusal({ keepDataPlan, keep, isProtected, fromCloud }) {
    if (keepDataPlan) {
      return { property: 'keepDataPlan', message: 'Windows cannot be told to keep the plan of an eSIM.' };
    }
    if (isProtected && (keep || fromCloud)) {
      const message =
        'A protected wipe cleans the whole drive: it keeps nothing, and takes nothing from the cloud.';
      return { property: 'isProtected', message };
    }
    return undefined;
  },
  commands: (action) => [exec(`${remoteWipe}/${nodeOf(action)}`)],
};

function nodeOf({ keep, isProtected, fromCloud }: WipeAction): string {
  if (isProtected) return 'doWipeProtected';
  const kept =
    keep === undefined ? '' : { userData: 'PersistUserData', provisioning: 'PersistProvisionedData' }[keep];
  return `doWipe${fromCloud ? 'Cloud' : ''}${kept}`;
}

/** Autopilot reset: the PC stays enrolled and joined. It needs a working recovery environment. */
export const resetForNextUser: WindowsCommand<'resetForNextUser'> = {
  page,
  kind: 'resetForNextUser',
  type: 'AutomaticRedeployment',
  commands: () => [exec(`${remoteWipe}/AutomaticRedeployment/doAutomaticRedeployment`)],
};
