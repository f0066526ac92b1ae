import { choice, policyArea, toggle } from '../declare.ts';

/**
 * Security by virtualization.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-deviceguard
 */
export const deviceGuard = policyArea('DeviceGuard', {
  ConfigureSystemGuardLaunch: choice(
    { 0: 'An administrator of the PC decides', 1: 'On where the hardware can', 2: 'Off' },
    { default: 0 },
  ),
  EnableVirtualizationBasedSecurity: toggle({ default: 0, combine: 'larger' }),
  LsaCfgFlags: choice({ 0: 'Off', 1: 'On with a UEFI lock', 2: 'On without a lock' }, { default: 0 }),
  RequirePlatformSecurityFeatures: choice(
    { 1: 'Secure boot', 3: 'Secure boot and DMA protection' },
    { default: 1 },
  ),
});
