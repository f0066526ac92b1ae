import { choice, policyArea, toggle } from '../declare.ts';

/**
 * Integrity of code that the hypervisor looks after.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-virtualizationbasedtechnology
 */
export const virtualization = policyArea('VirtualizationBasedTechnology', {
  HypervisorEnforcedCodeIntegrity: choice(
    { 0: 'Off', 1: 'On with a UEFI lock', 2: 'On without a lock' },
    { default: 0 },
  ),
  RequireUEFIMemoryAttributesTable: toggle({ default: 0 }),
});
