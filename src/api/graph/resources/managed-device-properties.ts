import {
  choice,
  field,
  fieldIs,
  first,
  text,
  type Condition,
  type Value,
} from '../../../devices/search/index.ts';

const isApple = fieldIs('platform', 'apple');
const isPersonal = fieldIs('channelKind', 'userEnrollment');

/** Who owns it, as far as the way tells in which it is managed. */
const owner = choice(
  [
    [isPersonal, text('personal')],
    [fieldIs('supervised', true), text('company')],
  ],
  text('unknown'),
);

const isAnIPod: Condition = {
  kind: 'and',
  operands: [
    fieldIs('os', 'iOS'),
    { kind: 'text', value: field('productName'), test: 'startswith', of: 'iPod' },
  ],
};

/**
 * What Muster knows of a device by the names of Graph's `managedDevice`, of both versions. What is not here, and what is null, has Graph's
 * own value for what is unset.
 *
 * @see https://learn.microsoft.com/graph/api/resources/intune-devices-manageddevice
 */
export const managedDeviceProperties = {
  id: field('id'),
  userId: field('userId'),
  deviceName: first(field('name'), field('displayName')),
  managedDeviceName: first(field('displayName'), field('name'), field('serialNumber'), field('id')),
  managedDeviceOwnerType: owner,
  ownerType: owner,
  managementState: choice([[fieldIs('state', 'DELETE_REQUESTED'), text('retirePending')]], text('managed')),
  enrolledDateTime: field('enrolledAt'),
  lastSyncDateTime: field('lastSeenAt'),
  operatingSystem: field('os'),
  osVersion: field('osVersion'),
  deviceType: choice(
    [
      [fieldIs('platform', 'windows'), text('desktop')],
      [fieldIs('os', 'macOS'), text('macMDM')],
      [fieldIs('os', 'iPadOS'), text('iPad')],
      [isAnIPod, text('iPod')],
      [fieldIs('os', 'iOS'), text('iPhone')],
      [fieldIs('os', 'tvOS'), text('tvOS')],
      [fieldIs('os', 'visionOS'), text('visionOS')],
    ],
    text('unknown'),
  ),
  complianceState: choice(
    [
      [fieldIs('compliant', true), text('compliant')],
      [fieldIs('compliant', false), text('noncompliant')],
    ],
    text('unknown'),
  ),
  jailBroken: text('Unknown'),
  managementAgent: text('mdm'),
  deviceEnrollmentType: choice([[isPersonal, text('appleUserEnrollment')]], text('unknown')),
  deviceRegistrationState: text('unknown'),
  emailAddress: field('userEmail'),
  userPrincipalName: field('userEmail'),
  userDisplayName: first(field('userName'), field('userEmail')),
  model: field('model'),
  manufacturer: choice([[isApple, text('Apple')]], field('manufacturer')),
  serialNumber: field('serialNumber'),
  imei: field('imei'),
  meid: field('meid'),
  udid: field('udid'),
  phoneNumber: field('phoneNumber'),
  subscriberCarrier: field('carrier'),
  wiFiMacAddress: field('wifiMac'),
  ethernetMacAddress: field('ethernetMac'),
  totalStorageSpaceInBytes: field('totalStorage'),
  freeStorageSpaceInBytes: field('freeStorage'),
  physicalMemoryInBytes: field('totalMemory'),
  isEncrypted: field('encrypted'),
  isSupervised: field('supervised'),
  managementCertificateExpirationDate: field('certificateEnds'),
  bootstrapTokenEscrowed: field('hasBootstrapToken'),
} as const satisfies Readonly<Record<string, Value>>;

/** What else `hardwareInformation` is made from. */
export const hardwareProperties = {
  productName: field('productName'),
  battery: field('battery'),
  edition: field('edition'),
  tpmVersion: field('tpmVersion'),
} as const satisfies Readonly<Record<string, Value>>;

type Shown = keyof typeof managedDeviceProperties | keyof typeof hardwareProperties;

export type ManagedDeviceValues = Readonly<Record<Shown, unknown>>;

/** @see https://learn.microsoft.com/graph/api/resources/intune-devices-hardwareinformation?view=graph-rest-beta */
export function hardwareInformationOf(values: ManagedDeviceValues) {
  const { battery } = values;
  return {
    serialNumber: values.serialNumber,
    totalStorageSpace: values.totalStorageSpaceInBytes,
    freeStorageSpace: values.freeStorageSpaceInBytes,
    imei: values.imei,
    meid: values.meid,
    manufacturer: values.manufacturer,
    model: values.model,
    productName: values.productName,
    operatingSystemEdition: values.edition,
    tpmSpecificationVersion: values.tpmVersion,
    phoneNumber: values.phoneNumber,
    subscriberCarrier: values.subscriberCarrier,
    wifiMac: values.wiFiMacAddress,
    isSupervised: values.isSupervised,
    isEncrypted: values.isEncrypted,
    batteryLevelPercentage: typeof battery === 'string' ? Number.parseInt(battery, 10) : null,
  };
}
