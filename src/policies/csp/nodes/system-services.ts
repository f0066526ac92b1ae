import { choice, each, policyArea } from '../declare.ts';

/**
 * How services start.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-systemservices
 */
export const systemServices = policyArea(
  'SystemServices',
  each(
    [
      'ConfigureHomeGroupListenerServiceStartupMode',
      'ConfigureHomeGroupProviderServiceStartupMode',
      'ConfigureXboxAccessoryManagementServiceStartupMode',
      'ConfigureXboxLiveAuthManagerServiceStartupMode',
      'ConfigureXboxLiveGameSaveServiceStartupMode',
      'ConfigureXboxLiveNetworkingServiceStartupMode',
    ],
    choice({ 2: 'By itself', 3: 'When it is needed', 4: 'Never' }, { default: 3 }),
  ),
);
