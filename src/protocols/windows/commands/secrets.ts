import { exec, type WindowsCommand } from './command.ts';

/** The new recovery passwords go to the directory that the PC is joined to, not to the server. */
export const rotateRecoveryKeys: WindowsCommand<'rotateRecoveryKeys'> = {
  page: 'https://learn.microsoft.com/windows/client-management/mdm/bitlocker-csp',
  kind: 'rotateRecoveryKeys',
  type: 'RotateRecoveryPasswords',
  commands: () => [exec('./Device/Vendor/MSFT/BitLocker/RotateRecoveryPasswords')],
};

/** So does the new password of the local administrator. It takes a PC with a policy for Windows LAPS. */
export const rotateAdminPassword: WindowsCommand<'rotateAdminPassword'> = {
  page: 'https://learn.microsoft.com/windows/client-management/mdm/laps-csp',
  kind: 'rotateAdminPassword',
  type: 'LapsResetPassword',
  commands: () => [exec('./Device/Vendor/MSFT/LAPS/Actions/ResetPassword', '', 'null')],
};
