import { allow, policyArea } from '../declare.ts';

/**
 * Gestures at the edge of the screen.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-lockdown
 */
export const lockDown = policyArea('LockDown', { AllowEdgeSwipe: allow() });
