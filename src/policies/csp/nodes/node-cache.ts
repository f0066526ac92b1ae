import { of, provider, reported, text } from '../declare.ts';

/**
 * What a device compares by itself, so that the server need not read it.
 * @see https://learn.microsoft.com/windows/client-management/mdm/nodecache-csp
 */
export const nodeCache = provider(
  'NodeCache',
  {
    '{ProviderID}/CacheVersion': text(),
    '{ProviderID}/ChangedNodes': reported(),
    '{ProviderID}/ChangedNodesData': reported('xml'),
    '{ProviderID}/Nodes/{NodeID}': of('node', { access: 'ADG', named: 'byServer' }),
    '{ProviderID}/Nodes/{NodeID}/AutoSetExpectedValue': of('null', { access: 'ADG' }),
    '{ProviderID}/Nodes/{NodeID}/ExpectedValue': text({ access: 'ADG' }),
    '{ProviderID}/Nodes/{NodeID}/NodeURI': text({ access: 'ADG' }),
  },
  'both',
);
