import { allow, choice, policyArea } from '../declare.ts';

/**
 * Devices that reach into memory by themselves.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-dmaguard
 */
export const directMemoryAccess = [
  ...policyArea('DataProtection', { AllowDirectMemoryAccess: allow() }),
  ...policyArea('DmaGuard', {
    DeviceEnumerationPolicy: choice(
      { 0: 'Block all', 1: 'After the user has signed in', 2: 'Allow all' },
      { default: 1 },
    ),
  }),
];
