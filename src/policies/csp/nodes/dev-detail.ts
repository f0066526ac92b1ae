import { each, nodesBelow, reported, text } from '../declare.ts';

/**
 * What kind of device it is.
 * @see https://learn.microsoft.com/windows/client-management/mdm/devdetail-csp
 */
export const devDetail = nodesBelow('./DevDetail', {
  ...each(
    [
      'DevTyp',
      'FwV',
      'HwV',
      'OEM',
      'SwV',
      'Ext/WLANMACAddress',
      'Ext/WlanDnsSuffix',
      'Ext/WlanIPv4Address',
      'Ext/WlanIPv6Address',
      'Ext/WlanSubnetMask',
      'Ext/Microsoft/CommercializationOperator',
      'Ext/Microsoft/LocalTime',
      'Ext/Microsoft/MobileID',
      'Ext/Microsoft/OSPlatform',
      'Ext/Microsoft/RadioSwV',
      'Ext/Microsoft/Resolution',
      'Ext/Microsoft/SMBIOSSerialNumber',
      'Ext/Microsoft/SMBIOSVersion',
      'Ext/Microsoft/SystemSKU',
    ],
    reported(),
  ),
  ...each(
    [
      'URI/MaxDepth',
      'URI/MaxSegLen',
      'URI/MaxTotLen',
      'Ext/Microsoft/FreeStorage',
      'Ext/Microsoft/ProcessorArchitecture',
      'Ext/Microsoft/ProcessorType',
      'Ext/Microsoft/TotalRAM',
      'Ext/Microsoft/TotalStorage',
    ],
    reported('int'),
  ),
  LrgObj: reported('bool'),
  'Ext/Microsoft/DeviceName': text({ access: 'GR', reboot: 'serverInitiated' }),
  'Ext/Microsoft/DNSComputerName': text({
    access: 'GR',
    title: 'Name of the computer',
    reboot: 'serverInitiated',
  }),
});
