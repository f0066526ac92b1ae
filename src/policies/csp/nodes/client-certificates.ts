import { below, choice, each, number, order, provider, reported, text, unit } from '../declare.ts';

/**
 * Certificates of devices and users, by SCEP or as PFX.
 * @see https://learn.microsoft.com/windows/client-management/mdm/clientcertificateinstall-csp
 */
export const clientCertificates = provider(
  'ClientCertificateInstall',
  {
    'SCEP/{UniqueID}': unit({ atomic: true }),
    ...below(['SCEP/{UniqueID}/Install'], {
      ...each(
        [
          'CAThumbprint',
          'Challenge',
          'ContainerName',
          'CustomTextToShowInPrompt',
          'EKUMapping',
          'HashAlgorithm',
          'ServerURL',
          'SubjectAlternativeNames',
          'SubjectName',
          'TemplateName',
          'ValidPeriod',
        ],
        text(),
      ),
      ...each(
        ['KeyLength', 'KeyProtection', 'KeyUsage', 'RetryCount', 'RetryDelay', 'ValidPeriodUnits'],
        number(),
      ),
      Enroll: order(),
    }),
    'SCEP/{UniqueID}/CertThumbprint': reported(),
    'SCEP/{UniqueID}/ErrorCode': reported('int'),
    'SCEP/{UniqueID}/RespondentServerUrl': reported(),
    'SCEP/{UniqueID}/Status': reported('int'),
    'PFXCertInstall/{UniqueID}': unit({ atomic: true }),
    'PFXCertInstall/{UniqueID}/ContainerName': text(),
    'PFXCertInstall/{UniqueID}/KeyLocation': choice({
      1: 'TPM; without one it fails',
      2: 'TPM; without one, software',
      3: 'Software',
      4: 'Windows Hello for Business',
    }),
    'PFXCertInstall/{UniqueID}/Status': reported('int'),
    'PFXCertInstall/{UniqueID}/Thumbprint': reported(),
  },
  'both',
);
