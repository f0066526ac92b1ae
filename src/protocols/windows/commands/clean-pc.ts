import { exec, type WindowsCommand } from './command.ts';

export const cleanInstall: WindowsCommand<'cleanInstall'> = {
  page: 'https://learn.microsoft.com/windows/client-management/mdm/cleanpc-csp',
  kind: 'cleanInstall',
  type: 'CleanPC',
  commands: ({ keepUserData }) => [
    exec(
      `./Device/Vendor/MSFT/CleanPC/${keepUserData ? 'CleanPCRetainingUserData' : 'CleanPCWithoutRetainingUserData'}`,
    ),
  ],
};
