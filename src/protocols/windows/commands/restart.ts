import { exec, type WindowsCommand } from './command.ts';

/** After the session has ended, within five minutes. */
export const rebootNow = exec('./Device/Vendor/MSFT/Reboot/RebootNow', '', 'null');

export const restart: WindowsCommand<'restart'> = {
  page: 'https://learn.microsoft.com/windows/client-management/mdm/reboot-csp',
  kind: 'restart',
  type: 'RebootNow',
  commands: () => [rebootNow],
};
