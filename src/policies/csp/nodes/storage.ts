import { allow, choice, groupPolicy, number, policyArea, restrict } from '../declare.ts';

/**
 * Storage Sense and removable drives.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-storage
 */
export const storage = policyArea('Storage', {
  AllowDiskHealthModelUpdates: allow(),
  AllowStorageSenseGlobal: number([0, 1]),
  AllowStorageSenseTemporaryFilesCleanup: number([0, 1]),
  ConfigStorageSenseCloudContentDehydrationThreshold: number([0, 365]),
  ConfigStorageSenseDownloadsCleanupThreshold: number([0, 365]),
  ConfigStorageSenseGlobalCadence: choice({
    0: 'When space is low',
    1: 'Every day',
    7: 'Every week',
    30: 'Every month',
  }),
  ConfigStorageSenseRecycleBinCleanupThreshold: number([0, 365]),
  EnhancedStorageDevices: groupPolicy(),
  RemovableDiskDenyWriteAccess: restrict(),
});
