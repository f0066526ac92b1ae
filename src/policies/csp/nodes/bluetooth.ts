import { allow, each, number, policyArea, text } from '../declare.ts';

/**
 * Bluetooth, as far as it is on.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-bluetooth
 */
export const bluetooth = policyArea('Bluetooth', {
  ...each(
    ['AllowAdvertising', 'AllowDiscoverableMode', 'AllowPrepairing', 'AllowPromptedProximalConnections'],
    allow(),
  ),
  LocalDeviceName: text(),
  ServicesAllowedList: text({ delimiter: ';' }),
  SetMinimumEncryptionKeySize: number([0, 16], { default: 0, combine: 'larger' }),
});
