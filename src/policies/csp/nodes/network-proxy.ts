import { number, provider, text } from '../declare.ts';

/**
 * The proxy.
 * @see https://learn.microsoft.com/windows/client-management/mdm/networkproxy-csp
 */
export const networkProxy = provider('NetworkProxy', {
  AutoDetect: number([0, 1], { access: 'DGR' }),
  SetupScriptUrl: text({ access: 'DGR' }),
  ProxySettingsPerUser: number([0, 1], { access: 'DGR' }),
  'ProxyServer/ProxyAddress': text({ access: 'DGR' }),
  'ProxyServer/Exceptions': text({ access: 'DGR' }),
  'ProxyServer/UseProxyForLocalAddresses': number([0, 1], { access: 'DGR' }),
});
