import { exec, type WindowsCommand } from './command.ts';

const defender = './Device/Vendor/MSFT/Defender';
const page = 'https://learn.microsoft.com/windows/client-management/mdm/defender-csp';

export const scanForMalware: WindowsCommand<'scanForMalware'> = {
  page,
  kind: 'scanForMalware',
  type: 'DefenderScan',
  commands: ({ quick }) => [exec(`${defender}/Scan`, quick ? '1' : '2')],
};

export const updateMalwareSignatures: WindowsCommand<'updateMalwareSignatures'> = {
  page,
  kind: 'updateMalwareSignatures',
  type: 'DefenderUpdateSignature',
  commands: () => [exec(`${defender}/UpdateSignature`)],
};
