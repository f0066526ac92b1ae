import { allow, choice, policyArea } from '../declare.ts';

/**
 * Windows Ink.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-windowsinkworkspace
 */
export const inkWorkspace = policyArea('WindowsInkWorkspace', {
  AllowSuggestedAppsInWindowsInkWorkspace: allow(),
  AllowWindowsInkWorkspace: choice({ 0: 'Off', 1: 'On, not above the lock', 2: 'On' }, { default: 2 }),
});
