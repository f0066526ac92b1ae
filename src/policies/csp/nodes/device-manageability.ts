import { provider, reported, text } from '../declare.ts';

/**
 * What a device can be managed by.
 * @see https://learn.microsoft.com/windows/client-management/mdm/devicemanageability-csp
 */
export const deviceManageability = provider('DeviceManageability', {
  'Capabilities/CSPVersions': reported('chr'),
  'Provider/{ProviderID}/ConfigInfo': text(),
  'Provider/{ProviderID}/EnrollmentInfo': text(),
});
