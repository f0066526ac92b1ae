import { number, order, provider, reported } from '../declare.ts';

/**
 * Editions and product keys.
 * @see https://learn.microsoft.com/windows/client-management/mdm/windowslicensing-csp
 */
export const windowsLicensing = provider('WindowsLicensing', {
  ChangeProductKey: order('chr'),
  CheckApplicability: order('chr'),
  Edition: reported('int'),
  LicenseKeyType: reported(),
  Status: reported('int'),
  'SMode/Status': reported('int'),
  'SMode/SwitchFromSMode': order(),
  'SMode/SwitchingPolicy': number([0, 1]),
  UpgradeEditionWithProductKey: order('chr', { reboot: 'automatic' }),
});
