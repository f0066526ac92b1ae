import { allow, each, number, policyArea } from '../declare.ts';

/**
 * Whether there may be wireless networks at all. Their profiles are in the WiFi provider.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-wifi
 */
export const wifiPolicies = policyArea('Wifi', {
  ...each(
    [
      'AllowAutoConnectToWiFiSenseHotspots',
      'AllowInternetSharing',
      'AllowManualWiFiConfiguration',
      'AllowWiFi',
      'AllowWiFiDirect',
    ],
    allow(),
  ),
  WLANScanMode: number([0, 500], { default: 0 }),
});
