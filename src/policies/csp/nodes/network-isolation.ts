import { each, policyArea, text, toggle } from '../declare.ts';

/**
 * Where the network of the organization ends.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-networkisolation
 */
export const networkIsolation = policyArea('NetworkIsolation', {
  ...each(
    [
      'EnterpriseCloudResources',
      'EnterpriseIPRange',
      'EnterpriseInternalProxyServers',
      'EnterpriseNetworkDomainNames',
      'EnterpriseProxyServers',
      'NeutralResources',
    ],
    text(),
  ),
  EnterpriseIPRangesAreAuthoritative: toggle({ default: 0 }),
  EnterpriseProxyServersAreAuthoritative: toggle({ default: 0 }),
});
