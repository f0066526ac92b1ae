import { each, provider, text } from '../declare.ts';

/**
 * Kiosks.
 * @see https://learn.microsoft.com/windows/client-management/mdm/assignedaccess-csp
 */
export const assignedAccess = provider('AssignedAccess', {
  ...each(['Configuration', 'KioskModeApp', 'ShellLauncher', 'StatusConfiguration'], text()),
});
