import { allow, choice, number, policyArea, toggle } from '../declare.ts';

/**
 * Search and what it looks through.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-search
 */
export const search = policyArea('Search', {
  AllowCloudSearch: number([0, 2]),
  AllowFindMyFiles: allow(),
  AllowIndexingEncryptedStoresOrItems: allow({ default: 0 }),
  AllowSearchToUseLocation: allow(),
  AllowUsingDiacritics: number([0, 1]),
  AlwaysUseAutoLangDetection: number([0, 1]),
  DisableBackoff: toggle({ default: 0 }),
  DisableRemovableDriveIndexing: toggle({ default: 0 }),
  DoNotUseWebResults: choice({ 0: 'No results of the web', 1: 'Results of the web' }, { default: 1 }),
  PreventRemoteQueries: number([0, 1]),
});
