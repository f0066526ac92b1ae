import { each, policyArea, text } from '../declare.ts';

/**
 * Who may do what on a PC: accounts or their SIDs, with U+F000 between them.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-userrights
 */
export const userRights = policyArea(
  'UserRights',
  each(
    [
      'AccessCredentialManagerAsTrustedCaller',
      'AccessFromNetwork',
      'ActAsPartOfTheOperatingSystem',
      'AllowLocalLogOn',
      'BackupFilesAndDirectories',
      'ChangeSystemTime',
      'CreateGlobalObjects',
      'CreatePageFile',
      'CreatePermanentSharedObjects',
      'CreateSymbolicLinks',
      'CreateToken',
      'DebugPrograms',
      'DenyAccessFromNetwork',
      'DenyLocalLogOn',
      'DenyRemoteDesktopServicesLogOn',
      'EnableDelegation',
      'GenerateSecurityAudits',
      'ImpersonateClient',
      'IncreaseSchedulingPriority',
      'LoadUnloadDeviceDrivers',
      'LockMemory',
      'ManageAuditingAndSecurityLog',
      'ManageVolume',
      'ModifyFirmwareEnvironment',
      'ModifyObjectLabel',
      'ProfileSingleProcess',
      'RemoteShutdown',
      'RestoreFilesAndDirectories',
      'TakeOwnership',
    ],
    text({ delimiter: '\uf000' }),
  ),
);
