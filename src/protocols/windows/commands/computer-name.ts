import type { WindowsCommand } from './command.ts';
import { rebootNow } from './restart.ts';

/** `%SERIAL%` stands for the serial number, `%RAND:3%` for three random digits. */
const name = /^(?![0-9]+$)(?:[A-Za-z0-9-]|%SERIAL%|%RAND:[1-9][0-9]?%){1,63}$/;

export const rename: WindowsCommand<'rename'> = {
  page: 'https://learn.microsoft.com/windows/client-management/mdm/devdetail-csp',
  kind: 'rename',
  type: 'DNSComputerName',
  refusal: (action) =>
    name.test(action.name) && action.name.length <= 63
      ? undefined
      : {
          property: 'name',
          message:
            'must be 1 to 63 letters, digits and hyphens, and not digits alone; %SERIAL% and %RAND:3% stand for the serial number and three random digits',
        },
  // The PC has its new name after a restart, which it does not do by itself.
  commands: (action) => [
    {
      verb: 'Replace',
      locUri: './DevDetail/Ext/Microsoft/DNSComputerName',
      value: { format: 'chr', data: action.name },
    },
    rebootNow,
  ],
};
