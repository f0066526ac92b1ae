import { choice, provider, text } from '../declare.ts';

/**
 * The name of a PC and its local users. They can only be added.
 * @see https://learn.microsoft.com/windows/client-management/mdm/accounts-csp
 */
export const accounts = provider('Accounts', {
  'Domain/ComputerName': text({ access: 'A' }),
  'Users/{UserName}/Password': text({ access: 'A' }),
  'Users/{UserName}/LocalUserGroup': choice({ 1: 'Users', 2: 'Administrators' }, { access: 'A', default: 1 }),
});
