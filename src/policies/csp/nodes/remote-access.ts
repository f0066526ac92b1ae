import { each, groupPolicy, policyArea } from '../declare.ts';

/**
 * Remote desktop, remote assistance and remote management.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-remotedesktopservices
 */
export const remoteAccess = [
  ...policyArea(
    'RemoteAssistance',
    each(
      [
        'CustomizeWarningMessages',
        'SessionLogging',
        'SolicitedRemoteAssistance',
        'UnsolicitedRemoteAssistance',
      ],
      groupPolicy(),
    ),
  ),
  ...policyArea(
    'RemoteDesktopServices',
    each(
      [
        'AllowUsersToConnectRemotely',
        'ClientConnectionEncryptionLevel',
        'DoNotAllowDriveRedirection',
        'DoNotAllowPasswordSaving',
        'PromptForPasswordUponConnection',
        'RequireSecureRPCCommunication',
      ],
      groupPolicy(),
    ),
  ),
  ...policyArea(
    'RemoteManagement',
    each(
      [
        'AllowBasicAuthentication_Client',
        'AllowBasicAuthentication_Service',
        'AllowRemoteServerManagement',
        'AllowUnencryptedTraffic_Client',
        'AllowUnencryptedTraffic_Service',
        'DisallowDigestAuthentication',
        'DisallowStoringOfRunAsCredentials',
      ],
      groupPolicy(),
    ),
  ),
];
