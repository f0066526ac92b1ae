import { below, bool, number, provider, text, toggle, unit } from '../declare.ts';

const off = bool({ default: false });

/**
 * Windows Hello for Business.
 * @see https://learn.microsoft.com/windows/client-management/mdm/passportforwork-csp
 */
export const passportForWork = [
  ...provider('PassportForWork', {
    ...below(['{TenantId}/Policies'], {
      'ExcludeSecurityDevices/TPM12': off,
      DisablePostLogonProvisioning: off,
      'Remote/UseRemotePassport': off,
      UseCertificateForOnPremAuth: off,
      UseCloudTrustForOnPremAuth: off,
      UseHelloCertificatesAsSmartCardCertificates: off,
    }),
    'Biometrics/FacialFeaturesUseEnhancedAntiSpoofing': off,
    'Biometrics/UseBiometrics': bool(),
    'DynamicLock/DynamicLock': off,
    'DynamicLock/Plugins': text(),
    'SecurityKey/UseSecurityKeyForSignin': toggle({ default: 0 }),
  }),
  ...provider(
    'PassportForWork',
    {
      '{TenantId}': unit(),
      ...below(['{TenantId}/Policies'], {
        EnablePinRecovery: off,
        RequireSecurityDevice: off,
        UsePassportForWork: bool({ default: true }),
        'PINComplexity/Digits': number([0, 2]),
        'PINComplexity/Expiration': number([0, 730], { default: 0 }),
        'PINComplexity/History': number([0, 50], { default: 0 }),
        'PINComplexity/LowercaseLetters': number([0, 2]),
        'PINComplexity/MaximumPINLength': number([4, 127], { default: 127 }),
        'PINComplexity/MinimumPINLength': number([4, 127], { default: 6 }),
        'PINComplexity/SpecialCharacters': number([0, 2]),
        'PINComplexity/UppercaseLetters': number([0, 2]),
      }),
    },
    'both',
  ),
];
