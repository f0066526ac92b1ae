import { choice, each, groupPolicy, number, policyArea, text } from '../declare.ts';

/**
 * How PCs get updates from each other.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-deliveryoptimization
 */
export const deliveryOptimization = policyArea('DeliveryOptimization', {
  ...each(
    [
      'DOAbsoluteMaxCacheSize',
      'DODelayBackgroundDownloadFromHttp',
      'DODelayCacheServerFallbackBackground',
      'DODelayCacheServerFallbackForeground',
      'DODelayForegroundDownloadFromHttp',
      'DOMaxBackgroundDownloadBandwidth',
      'DOMaxCacheAge',
      'DOMaxForegroundDownloadBandwidth',
      'DOMinBackgroundQos',
      'DOMinDiskSizeAllowedToPeer',
      'DOMinFileSizeToCache',
      'DOMinRAMAllowedToPeer',
      'DOMonthlyUploadDataCap',
    ],
    number(),
  ),
  DOAllowVPNPeerCaching: choice({ 0: 'Not allowed', 1: 'Allowed' }),
  DOCacheHost: text(),
  DOCacheHostSource: number(),
  DODownloadMode: choice({
    0: 'HTTP alone',
    1: 'Peers behind the same NAT',
    2: 'Peers of the same group',
    3: 'Peers of the internet',
    99: 'HTTP alone, without the service',
    100: 'Bypass',
  }),
  DOGroupId: text(),
  DOGroupIdSource: number([0, 5]),
  DOMaxCacheSize: number([1, 100]),
  DOMinBatteryPercentageAllowedToUpload: number([0, 100]),
  DOModifyCacheDrive: text(),
  DOPercentageMaxBackgroundBandwidth: number([0, 100], { default: 0 }),
  DOPercentageMaxForegroundBandwidth: number([0, 100], { default: 0 }),
  DORestrictPeerSelectionBy: number([0, 2]),
  DOSetHoursToLimitBackgroundDownloadBandwidth: groupPolicy(),
  DOSetHoursToLimitForegroundDownloadBandwidth: groupPolicy(),
});
