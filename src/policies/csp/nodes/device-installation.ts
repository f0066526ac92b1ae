import { each, groupPolicy, policyArea } from '../declare.ts';

/**
 * Which devices may be connected.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-deviceinstallation
 */
export const deviceInstallation = policyArea(
  'DeviceInstallation',
  each(
    [
      'AllowInstallationOfMatchingDeviceIDs',
      'AllowInstallationOfMatchingDeviceInstanceIDs',
      'AllowInstallationOfMatchingDeviceSetupClasses',
      'EnableInstallationPolicyLayering',
      'PreventDeviceMetadataFromNetwork',
      'PreventInstallationOfDevicesNotDescribedByOtherPolicySettings',
      'PreventInstallationOfMatchingDeviceIDs',
      'PreventInstallationOfMatchingDeviceInstanceIDs',
      'PreventInstallationOfMatchingDeviceSetupClasses',
    ],
    groupPolicy(),
  ),
);
