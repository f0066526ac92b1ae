import { bool, choice, provider, text, unit } from '../declare.ts';

/**
 * Wireless networks. A profile goes with the node of its name.
 * @see https://learn.microsoft.com/windows/client-management/mdm/wifi-csp
 */
export const wifi = provider(
  'WiFi/Profile',
  {
    '{SSID}': unit(),
    '{SSID}/Proxy': text(),
    '{SSID}/ProxyPacUrl': text(),
    '{SSID}/ProxyWPAD': bool(),
    '{SSID}/WiFiCost': choice({ 1: 'Unlimited', 2: 'Limited', 3: 'By use' }),
    '{SSID}/WlanXml': text({ rewritten: true }),
  },
  'both',
);
