import type { InventoryList } from './item.ts';

/** What Windows Installer has installed. https://learn.microsoft.com/windows/client-management/mdm/enterprisedesktopappmanagement-csp */
export const installedApplications: InventoryList = {
  name: 'applications',
  locUri: './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI',
  part: 'applications',
  properties: ['Name', 'Version', 'Publisher', 'InstallDate'],
  most: 500,
};
