import { policyArea, restrict, toggle } from '../declare.ts';

/**
 * Warnings of files and apps that are not known.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-smartscreen
 */
export const smartScreen = policyArea('SmartScreen', {
  EnableAppInstallControl: toggle({ default: 0 }),
  EnableSmartScreenInShell: toggle({ default: 1, combine: 'larger' }),
  PreventOverrideForFilesInShell: restrict(),
});
