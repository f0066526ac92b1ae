import { allow, choice, each, policyArea, restrict } from '../declare.ts';

/**
 * Bluetooth, mobile networks, VPN and USB.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-connectivity
 */
export const connectivity = policyArea('Connectivity', {
  AllowBluetooth: choice(
    { 0: 'Not allowed', 1: 'Reserved', 2: 'Allowed' },
    { default: 2, combine: 'smaller' },
  ),
  ...each(
    ['AllowCellularData', 'AllowCellularDataRoaming'],
    choice({ 0: 'Not allowed', 1: 'The user decides', 2: 'Always on' }, { default: 1 }),
  ),
  ...each(
    [
      'AllowConnectedDevices',
      'AllowPhonePCLinking',
      'AllowUSBConnection',
      'AllowVPNOverCellular',
      'AllowVPNRoamingOverCellular',
    ],
    allow(),
  ),
  DisallowNetworkConnectivityActiveTests: restrict(),
});
