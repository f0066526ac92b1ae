import { allow, each, number, policyArea } from '../declare.ts';

/**
 * Projecting to other screens and from other devices.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-wirelessdisplay
 */
export const wirelessDisplay = policyArea('WirelessDisplay', {
  ...each(
    [
      'AllowMdnsAdvertisement',
      'AllowMdnsDiscovery',
      'AllowProjectionFromPC',
      'AllowProjectionFromPCOverInfrastructure',
      'AllowProjectionToPC',
      'AllowProjectionToPCOverInfrastructure',
      'AllowUserInputFromWirelessDisplayReceiver',
    ],
    allow(),
  ),
  RequirePinForPairing: number([0, 2], { default: 0, combine: 'larger' }),
});
