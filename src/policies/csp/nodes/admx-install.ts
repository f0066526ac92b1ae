import { of, provider, text, unit } from '../declare.ts';

/**
 * ADMX files and what of the Policy CSP is in force.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-configuration-service-provider
 */
export const admxInstall = provider('Policy', {
  'ConfigOperations/ADMXInstall/{AppName}': unit(),
  'ConfigOperations/ADMXInstall/{AppName}/Policy/{UniqueID}': text(),
  'ConfigOperations/ADMXInstall/{AppName}/Preference/{UniqueID}': text(),
  'Result/{AreaName}/{PolicyName}': of('null', { access: 'G' }),
});
