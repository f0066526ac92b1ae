import type { NodeRule } from '../rules.ts';
import { leaves, vendor } from './declare.ts';

const wipes =
  'doWipe doWipeProtected doWipePersistUserData doWipePersistProvisionedData doWipeCloud doWipeCloudPersistUserData doWipeCloudPersistProvisionedData';

/** What a PC is ordered to do. */
export const actionRules: readonly NodeRule[] = [
  ...leaves(`${vendor}/RemoteWipe`, wipes, 'chr', 'X', {
    exec: ({ erase }) => {
      erase();
      return { status: 200 };
    },
  }),
  ...leaves(`${vendor}/RemoteWipe/AutomaticRedeployment`, 'doAutomaticRedeployment', 'chr', 'X', {
    exec: ({ setUpAnew }) => {
      setUpAnew();
      return { status: 200 };
    },
  }),
  ...leaves(`${vendor}/RemoteWipe/AutomaticRedeployment`, 'Status', 'int', 'G', { initial: '0' }),
  ...leaves(`${vendor}/Reboot`, 'RebootNow', 'null', 'XG', {
    exec: ({ restart }) => {
      restart();
      return { status: 200 };
    },
  }),
  ...leaves(`${vendor}/Reboot/Schedule`, 'Single DailyRecurrent WeeklyRecurrent', 'chr', 'ADGR', {
    isMadeByReplace: true,
  }),
  ...leaves(`${vendor}/BitLocker`, 'RotateRecoveryPasswords', 'chr', 'X', { exec: () => ({ status: 202 }) }),
  ...leaves(`${vendor}/Defender`, 'Scan UpdateSignature', 'chr', 'X', { exec: () => ({ status: 200 }) }),
  ...leaves(`${vendor}/LAPS/Actions`, 'ResetPassword', 'null', 'X', { exec: () => ({ status: 202 }) }),
];
