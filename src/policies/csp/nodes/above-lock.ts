import { allow, policyArea } from '../declare.ts';

/**
 * What works while a PC is locked.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-abovelock
 */
export const aboveLock = policyArea('AboveLock', { AllowCortanaAboveLock: allow(), AllowToasts: allow() });
