import { X509Certificate } from 'node:crypto';
import { effectiveSettings, isPasscodeCompliant } from '../effective.ts';
import { CommandMalformed } from '../failures.ts';
import { dataIn, dict, textsIn, type PlistDict, type PlistValue } from '../plist.ts';
import { payloadsOfType } from '../profile.ts';
import { enrollmentOf, type Channel, type Device } from '../state.ts';
import { rights, type KnownCommand } from './command.ts';

/** What a device answers to a query of `DeviceInformation`; what it does not know, it leaves out. */
function informationOf({ hardware, state, setup }: Device): Readonly<Record<string, PlistValue | undefined>> {
  const isMac = hardware.kind === 'mac';
  const personal = {
    UDID: hardware.udid,
    SerialNumber: hardware.serialNumber,
    IMEI: hardware.imei,
    WiFiMAC: hardware.wifiMac,
    BluetoothMAC: hardware.wifiMac,
    DeviceName: hardware.name,
  };
  return {
    ...(!setup.isUserEnrollment && personal),
    OSVersion: hardware.osVersion,
    BuildVersion: hardware.buildVersion,
    ModelName: hardware.modelName,
    Model: isMac ? hardware.product : hardware.modelNumber,
    ModelNumber: hardware.modelNumber,
    ProductName: hardware.product,
    DeviceCapacity: 256,
    AvailableDeviceCapacity: 181.5,
    BatteryLevel: 0.75,
    IsSupervised: hardware.isSupervised,
    IsMultiUser: false,
    IsActivationLockEnabled: false,
    IsMDMLostModeEnabled: false,
    AwaitingConfiguration: state.awaitsConfiguration,
    TimeZone: 'Etc/UTC',
    ...(isMac && {
      HostName: `${hardware.name.replaceAll(' ', '-')}.local`,
      LocalHostName: hardware.name.replaceAll(' ', '-'),
      IsAppleSilicon: true,
      SupportsiOSAppInstalls: true,
    }),
    ...(hardware.kind === 'iphone' && { CellularTechnology: 3 }),
  };
}

/** https://developer.apple.com/documentation/devicemanagement/device-information-command */
export const deviceInformation: KnownCommand = {
  requestType: 'DeviceInformation',
  needs: rights.deviceInformation,
  worksWhenLocked: true,
  run(device, _channel, command) {
    const queries = textsIn(command, 'Queries');
    if (!queries) throw new CommandMalformed('Queries is missing');
    const known = informationOf(device);
    const isAllowed = (query: string) =>
      !query.endsWith('MAC') || (enrollmentOf(device).accessRights & rights.networkInformation) !== 0;
    const answers = queries.filter(isAllowed).map((query) => [query, known[query]] as const);
    return { content: { QueryResponses: dict(Object.fromEntries(answers)) } };
  },
};

/** https://developer.apple.com/documentation/devicemanagement/security-info-command */
export const securityInfo: KnownCommand = {
  requestType: 'SecurityInfo',
  needs: rights.security,
  run(device) {
    return {
      content: {
        SecurityInfo: device.hardware.kind === 'mac' ? securityOfMac(device) : securityOfPhone(device),
      },
    };
  },
};

function passcodeFacts(device: Device): PlistDict {
  const isCompliant = isPasscodeCompliant(device);
  return {
    PasscodePresent: device.state.passcode !== undefined,
    PasscodeCompliant: isCompliant,
    PasscodeCompliantWithProfiles: isCompliant,
  };
}

function securityOfMac(device: Device): PlistDict {
  const { hardware, state, setup } = device;
  const firewall = effectiveSettings(state.device, 'com.apple.security.firewall');
  return {
    ...passcodeFacts(device),
    FDE_Enabled: state.isFileVaultOn,
    FDE_HasPersonalRecoveryKey: state.isFileVaultOn,
    FDE_HasInstitutionalRecoveryKey: false,
    SystemIntegrityProtectionEnabled: true,
    AuthenticatedRootVolumeEnabled: true,
    RemoteDesktopEnabled: false,
    BootstrapTokenAllowedForAuthentication: 'allowed',
    BootstrapTokenRequiredForSoftwareUpdate: true,
    IsRecoveryLockEnabled: false,
    FirewallSettings: {
      FirewallEnabled: firewall['EnableFirewall'] === true,
      BlockAllIncoming: firewall['BlockAllIncoming'] === true,
      StealthMode: firewall['EnableStealthMode'] === true,
      Applications: [],
    },
    ManagementStatus: {
      EnrolledViaDEP: hardware.isSupervised,
      UserApprovedEnrollment: true,
      IsUserEnrollment: setup.isUserEnrollment,
      IsActivationLockManageable: hardware.isSupervised,
    },
  };
}

function securityOfPhone(device: Device): PlistDict {
  return {
    ...passcodeFacts(device),
    HardwareEncryptionCaps: 3,
    PasscodeLockGracePeriod: 0,
    PasscodeLockGracePeriodEnforced: 0,
    ManagementStatus: { IsUserEnrollment: device.setup.isUserEnrollment },
  };
}

/** https://developer.apple.com/documentation/devicemanagement/installed-application-list-command */
export const installedApplicationList: KnownCommand = {
  requestType: 'InstalledApplicationList',
  needs: rights.inspectApplications,
  worksWhenLocked: true,
  isForUsers: true,
  run({ state, setup }, _channel, command) {
    const wanted = textsIn(command, 'Identifiers');
    const items = textsIn(command, 'Items');
    // No application is managed: there is no command yet that installs one. A personal device tells of managed ones alone.
    const isManagedOnly = command['ManagedAppsOnly'] === true || setup.isUserEnrollment;
    const listed = (isManagedOnly ? [] : state.applications)
      .filter(({ Identifier }) => !wanted || wanted.includes(Identifier))
      .map((application) => Object.entries(application).filter(([key]) => !items || items.includes(key)))
      .map((entries) => Object.fromEntries(entries));
    return { content: { InstalledApplicationList: listed } };
  },
};

/** https://developer.apple.com/documentation/devicemanagement/certificate-list-command */
export const certificateList: KnownCommand = {
  requestType: 'CertificateList',
  needs: rights.inspectProfiles,
  worksWhenLocked: true,
  isForUsers: true,
  run(device, channel) {
    const { certificate } = enrollmentOf(device).identity;
    const identity = channel.isUser ? [] : [listedCertificate(certificate, true)];
    return { content: { CertificateList: [...identity, ...installedCertificates(channel)] } };
  },
};

function listedCertificate({ subject, raw }: X509Certificate, isIdentity: boolean): PlistDict {
  const commonName = /^CN=(.*)$/m.exec(subject)?.[1] ?? '';
  return { CommonName: commonName, Data: raw, IsIdentity: isIdentity };
}

function installedCertificates({ profiles }: Channel): readonly PlistDict[] {
  return profiles
    .flatMap((profile) => payloadsOfType(profile, 'com.apple.security.root'))
    .map((payload) => listedCertificate(new X509Certificate(dataIn(payload, 'PayloadContent')!), false));
}
