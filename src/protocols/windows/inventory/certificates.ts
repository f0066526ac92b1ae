import type { InventoryList } from './item.ts';

/** By their thumbprints. https://learn.microsoft.com/windows/client-management/mdm/certificatestore-csp */
export const certificateStores: readonly InventoryList[] = [
  certificateStore('rootCertificates', 'Root/System'),
  certificateStore('intermediateCertificates', 'CA/System'),
  certificateStore('ownCertificates', 'My/System'),
  certificateStore('userCertificates', 'My/User'),
];

function certificateStore(name: string, store: string): InventoryList {
  return {
    name,
    locUri: `./Vendor/MSFT/CertificateStore/${store}`,
    part: 'certificates',
    properties: ['IssuedTo', 'IssuedBy', 'ValidFrom', 'ValidTo'],
    most: 100,
  };
}
