import { nodes } from './item.ts';

/** https://learn.microsoft.com/windows/client-management/mdm/devinfo-csp */
export const maker = nodes('device', './DevInfo', { manufacturer: 'Man', model: 'Mod', language: 'Lang' });

/** https://learn.microsoft.com/windows/client-management/mdm/devdetail-csp */
export const system = {
  ...nodes('device', './DevDetail', { softwareVersion: 'SwV', oem: 'OEM' }),
  ...nodes('device', './DevDetail/Ext/Microsoft', {
    osPlatform: 'OSPlatform',
    deviceName: 'DeviceName',
    dnsComputerName: 'DNSComputerName',
    serialNumber: 'SMBIOSSerialNumber',
    systemSku: 'SystemSKU',
    processorType: 'ProcessorType',
    /** Megabytes; PCs do not know the first. */
    totalStorage: 'TotalStorage',
    freeStorage: 'FreeStorage',
    totalRam: 'TotalRAM',
  }),
};

/** https://learn.microsoft.com/windows/client-management/mdm/devicestatus-csp */
export const status = nodes('device', './Vendor/MSFT/DeviceStatus', {
  edition: 'OS/Edition',
  mode: 'OS/Mode',
  batteryStatus: 'Battery/Status',
  batteryCharge: 'Battery/EstimatedChargeRemaining',
  batteryRuntime: 'Battery/EstimatedRuntime',
  domain: 'DomainName',
});
