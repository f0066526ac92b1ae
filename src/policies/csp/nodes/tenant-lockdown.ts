import { bool, provider } from '../declare.ts';

/**
 * Whether a PC that is set up again needs the network.
 * @see https://learn.microsoft.com/windows/client-management/mdm/tenantlockdown-csp
 */
export const tenantLockdown = provider('TenantLockdown', { RequireNetworkInOOBE: bool({ access: 'GR' }) });
