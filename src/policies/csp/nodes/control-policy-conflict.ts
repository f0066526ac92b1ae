import { choice, policyArea } from '../declare.ts';

/**
 * Whether these policies count before group policies.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-controlpolicyconflict
 */
export const controlPolicyConflict = policyArea('ControlPolicyConflict', {
  MDMWinsOverGP: choice(
    { 0: 'The group policy counts', 1: 'The policy of the management counts' },
    { title: 'Conflict with group policies: the management wins', default: 0 },
  ),
});
