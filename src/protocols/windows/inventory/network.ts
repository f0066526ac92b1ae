import { nodes, type InventoryList } from './item.ts';

/** https://learn.microsoft.com/windows/client-management/mdm/devdetail-csp */
export const wireless = nodes('device', './DevDetail/Ext', { wlanMac: 'WLANMACAddress' });

/** By their MAC addresses. https://learn.microsoft.com/windows/client-management/mdm/devicestatus-csp */
export const networkAdapters: InventoryList = {
  name: 'adapters',
  locUri: './Vendor/MSFT/DeviceStatus/NetworkIdentifiers',
  part: 'device',
  properties: ['Type', 'IsConnected', 'IPAddressV4', 'IPAddressV6'],
  most: 16,
};

/** By their IMEIs. */
export const modems: InventoryList = {
  name: 'modems',
  locUri: './Vendor/MSFT/DeviceStatus/CellularIdentities',
  part: 'device',
  properties: ['PhoneNumber'],
  most: 4,
};
