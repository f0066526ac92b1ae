import { below, each, of, order, provider, reported, unit } from '../declare.ts';

/**
 * Apps: MSI packages and those of the store.
 * @see https://learn.microsoft.com/windows/client-management/mdm/enterprisedesktopappmanagement-csp
 */
export const enterpriseApps = [
  ...provider(
    'EnterpriseDesktopAppManagement/MSI',
    {
      '{ProductID}': unit({ access: 'ADG', atomic: true }),
      '{ProductID}/DownloadInstall': of('xml', { access: 'AGX' }),
      ...below(
        ['{ProductID}'],
        each(['InstallDate', 'InstallPath', 'LastErrorDesc', 'Name', 'Publisher', 'Version'], reported()),
      ),
      '{ProductID}/LastError': reported('int'),
      '{ProductID}/Status': reported('int'),
    },
    'both',
  ),
  ...provider(
    'EnterpriseModernAppManagement',
    {
      'AppInstallation/{PackageFamilyName}': unit(),
      'AppInstallation/{PackageFamilyName}/HostedInstall': order('xml'),
      'AppInstallation/{PackageFamilyName}/StoreInstall': order('xml'),
      'AppInstallation/{PackageFamilyName}/LastError': reported('int'),
      'AppInstallation/{PackageFamilyName}/LastErrorDesc': reported(),
      'AppInstallation/{PackageFamilyName}/ProgressStatus': reported('int'),
      'AppInstallation/{PackageFamilyName}/Status': reported('int'),
      'AppManagement/AppInventoryQuery': of('xml', { access: 'GR' }),
      'AppManagement/AppInventoryResults': reported('xml'),
      'AppManagement/RemovePackage': order('xml'),
    },
    'both',
  ),
];
