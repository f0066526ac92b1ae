import { policyArea, text } from '../declare.ts';

/**
 * Members of local groups, as XML.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-localusersandgroups
 */
export const localUsersAndGroups = policyArea('LocalUsersAndGroups', { Configure: text() });
