const policy = './Device/Vendor/MSFT/Policy/Config';
const firewall = './Vendor/MSFT/Firewall/MdmStore';

const below = (parent: string, values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${parent}/${name}`, value]));

/** Settings of many service providers, each of which a PC takes and tells. */
export const fiftySettings: Readonly<Record<string, string>> = {
  ...below(`${policy}/DeviceLock`, {
    DevicePasswordEnabled: '0',
    MinDevicePasswordLength: '8',
    AlphanumericDevicePasswordRequired: '0',
    MaxDevicePasswordFailedAttempts: '10',
    MaxInactivityTimeDeviceLock: '15',
    MinDevicePasswordComplexCharacters: '3',
    DevicePasswordExpiration: '90',
    DevicePasswordHistory: '5',
  }),
  ...below(`${policy}/Experience`, {
    AllowCortana: '0',
    AllowFindMyDevice: '1',
    AllowManualMDMUnenrollment: '0',
    AllowWindowsSpotlight: '0',
    AllowTailoredExperiencesWithDiagnosticData: '0',
    AllowThirdPartySuggestionsInWindowsSpotlight: '0',
  }),
  ...below(`${policy}/Defender`, {
    AllowRealtimeMonitoring: '1',
    AllowCloudProtection: '1',
    AllowBehaviorMonitoring: '1',
    AllowArchiveScanning: '1',
    AllowEmailScanning: '1',
    AllowScriptScanning: '1',
    PUAProtection: '1',
    SignatureUpdateInterval: '4',
  }),
  ...below(`${policy}/Update`, {
    AllowAutoUpdate: '1',
    ActiveHoursStart: '8',
    ActiveHoursEnd: '18',
    DeferQualityUpdatesPeriodInDays: '7',
    DeferFeatureUpdatesPeriodInDays: '30',
    BranchReadinessLevel: '16',
  }),
  ...below(`${policy}/Privacy`, {
    AllowInputPersonalization: '0',
    DisableAdvertisingId: '1',
    LetAppsAccessLocation: '2',
    LetAppsAccessCamera: '2',
    LetAppsAccessMicrophone: '2',
  }),
  ...below(`${policy}/Browser`, { AllowDoNotTrack: '1', AllowPopups: '1', AllowSmartScreen: '1' }),
  ...below(`${policy}/Camera`, { AllowCamera: '1' }),
  ...below(`${policy}/Connectivity`, { AllowBluetooth: '2', AllowVPNOverCellular: '0' }),
  ...below(`${policy}/WiFi`, { AllowAutoConnectToWiFiSenseHotspots: '0', AllowInternetSharing: '0' }),
  ...below(`${policy}/Security`, { RequireDeviceEncryption: '1' }),
  ...below(`${policy}/System`, { AllowTelemetry: '1' }),
  ...below('./Device/Vendor/MSFT/BitLocker', {
    AllowStandardUserEncryption: '1',
    AllowWarningForOtherDiskEncryption: '0',
    ConfigureRecoveryPasswordRotation: '1',
  }),
  ...below(`${firewall}/DomainProfile`, { EnableFirewall: 'true' }),
  ...below(`${firewall}/PrivateProfile`, { EnableFirewall: 'true' }),
  ...below(`${firewall}/PublicProfile`, { EnableFirewall: 'true', LogMaxFileSize: '4096' }),
};
