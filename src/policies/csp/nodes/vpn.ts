import { bool, each, number, provider, text, unit } from '../declare.ts';

/**
 * VPN profiles, each of which is one piece.
 * @see https://learn.microsoft.com/windows/client-management/mdm/vpnv2-csp
 */
export const vpn = [
  ...provider('VPNv2', { '{ProfileName}': unit({ atomic: true }) }, 'both'),
  ...provider(
    'VPNv2/{ProfileName}',
    {
      ...each(
        [
          'AlwaysOn',
          'ByPassForLocal',
          'DeviceCompliance/Enabled',
          'DeviceCompliance/Sso/Enabled',
          'DeviceTunnel',
          'LockDown',
          'NativeProfile/DisableClassBasedDefaultRoute',
          'NativeProfile/PlumbIKEv2TSAsRoutes',
          'RegisterDNS',
          'RememberCredentials',
          'DomainNameInformationList/{dniRowId}/AutoTrigger',
          'DomainNameInformationList/{dniRowId}/Persistent',
          'RouteList/{routeRowId}/ExclusionRoute',
        ],
        bool(),
      ),
      ...each(
        [
          'AppTriggerList/{appTriggerRowId}/App/Id',
          'DeviceCompliance/Sso/Eku',
          'DeviceCompliance/Sso/IssuerHash',
          'DnsSuffix',
          'DomainNameInformationList/{dniRowId}/DnsServers',
          'DomainNameInformationList/{dniRowId}/DomainName',
          'DomainNameInformationList/{dniRowId}/WebProxyServers',
          'EdpModeId',
          'NativeProfile/Authentication/Eap/Configuration',
          'NativeProfile/Authentication/MachineMethod',
          'NativeProfile/Authentication/UserMethod',
          'NativeProfile/CryptographySuite/AuthenticationTransformConstants',
          'NativeProfile/CryptographySuite/CipherTransformConstants',
          'NativeProfile/CryptographySuite/DHGroup',
          'NativeProfile/CryptographySuite/EncryptionMethod',
          'NativeProfile/CryptographySuite/IntegrityCheckMethod',
          'NativeProfile/CryptographySuite/PfsGroup',
          'NativeProfile/L2tpPsk',
          'NativeProfile/NativeProtocolType',
          'NativeProfile/RoutingPolicyType',
          'NativeProfile/Servers',
          'PluginProfile/CustomConfiguration',
          'PluginProfile/PluginPackageFamilyName',
          'PluginProfile/ServerUrlList',
          'Proxy/AutoConfigUrl',
          'Proxy/Manual/Server',
          'RouteList/{routeRowId}/Address',
          'TrustedNetworkDetection',
        ],
        text(),
      ),
      ProfileXML: text({ rewritten: true }),
      'RouteList/{routeRowId}/Metric': number(),
      'RouteList/{routeRowId}/PrefixSize': number([0, 128]),
    },
    'both',
  ),
];
