import { bool, each, number, provider, text } from '../declare.ts';

/**
 * PCs that many people use.
 * @see https://learn.microsoft.com/windows/client-management/mdm/sharedpc-csp
 */
export const sharedPc = provider('SharedPC', {
  ...each(
    [
      'EnableAccountManager',
      'EnableSharedPCMode',
      'RestrictLocalStorage',
      'SetEduPolicies',
      'SetPowerPolicies',
    ],
    bool(),
  ),
  SignInOnResume: bool(),
  AccountModel: number([0, 2]),
  DeletionPolicy: number([0, 2]),
  DiskLevelCaching: number([0, 100]),
  DiskLevelDeletion: number([0, 100]),
  InactiveThreshold: number(),
  KioskModeAUMID: text(),
  KioskModeUserTileDisplayText: text(),
  MaintenanceStartTime: number([0, 1440]),
  MaxPageFileSizeMB: number(),
  SleepTimeout: number(),
});
