import type { GraphVersion, PropertyDeclaration } from './document.ts';

interface TypeOverlay {
  readonly abstract?: true;
  /** Names that come first on the wire, in this order; the others follow as the typings list them. */
  readonly order?: readonly string[];
  readonly properties?: Readonly<Record<string, Partial<PropertyDeclaration>>>;
  /** Properties of the typings that are left out. */
  readonly omitted?: readonly string[];
  readonly retired?: Partial<Readonly<Record<GraphVersion, readonly string[]>>>;
}

interface EnumOverlay {
  readonly flags?: true;
  readonly values: Readonly<Record<string, number>>;
}

const readOnly = { readOnly: true } as const;
const octets = { type: 'Edm.Int64', default: 0 } as const;

// CSDL: payload is Edm.Binary. Order of https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-macoscustomconfiguration
const rawProfile: TypeOverlay = {
  order: ['payloadName', 'payloadFileName', 'payload'],
  properties: { payload: { type: 'Edm.Binary' } },
};

/**
 * Facts about types that Microsoft's typings cannot say. CSDL means the `$metadata` of v1.0 of August 2026 and of the
 * China-cloud beta of October 2022; wire means captured answers of the real service.
 */
export const typeOverlays: Readonly<Record<string, TypeOverlay>> = {
  // CSDL: Abstract="true".
  entity: { abstract: true, properties: { id: readOnly } },

  // https://learn.microsoft.com/graph/api/resources/directoryobject: set when the object is deleted.
  directoryObject: { properties: { deletedDateTime: readOnly } },

  // CSDL: Abstract="true". The order is that of a POST answer on the wire. The service stamps the dates, counts the
  // versions and answers supportsScopeTags true and the default scope tag "0", whatever the portal sends back to it.
  deviceConfiguration: {
    abstract: true,
    order: [
      'lastModifiedDateTime',
      'roleScopeTagIds',
      'supportsScopeTags',
      'deviceManagementApplicabilityRuleOsEdition',
      'deviceManagementApplicabilityRuleOsVersion',
      'deviceManagementApplicabilityRuleDeviceMode',
      'createdDateTime',
      'description',
      'displayName',
      'version',
    ],
    properties: {
      lastModifiedDateTime: readOnly,
      createdDateTime: readOnly,
      version: readOnly,
      supportsScopeTags: { readOnly: true, default: true },
      roleScopeTagIds: { default: ['0'] },
    },
  },

  // Order of https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-macosgeneraldeviceconfiguration
  macOSGeneralDeviceConfiguration: {
    order: [
      'compliantAppsList',
      'compliantAppListType',
      'emailInDomainSuffixes',
      'passwordBlockSimple',
      'passwordExpirationDays',
      'passwordMinimumCharacterSetCount',
      'passwordMinimumLength',
      'passwordMinutesOfInactivityBeforeLock',
      'passwordMinutesOfInactivityBeforeScreenTimeout',
      'passwordPreviousPasswordBlockCount',
      'passwordRequiredType',
      'passwordRequired',
    ],
  },

  macOSCustomConfiguration: rawProfile,
  iosCustomConfiguration: rawProfile,

  // CSDL: Abstract="true". Order of https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-omasetting
  // The documentation calls the reference read-only. A client that sends back a masked value names its secret with it.
  omaSetting: {
    abstract: true,
    order: ['displayName', 'description', 'omaUri', 'secretReferenceValueId', 'isEncrypted'],
    properties: { secretReferenceValueId: { readOnly: false } },
  },
  // CSDL: the types of the values, none of which has a default.
  omaSettingBoolean: { properties: { value: { required: true } } },
  omaSettingDateTime: { properties: { value: { type: 'Edm.DateTimeOffset', required: true } } },
  omaSettingFloatingPoint: { properties: { value: { type: 'Edm.Single' } } },
  omaSettingStringXml: { properties: { value: { type: 'Edm.Binary' } } },

  // Order of https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-applistitem
  appListItem: { order: ['name', 'publisher', 'appStoreUrl', 'appId'] },

  // Order of https://learn.microsoft.com/graph/api/resources/intune-devices-applepushnotificationcertificate
  // Wire: the portal writes only appleIdentifier and certificate, the rest comes out of the certificate; `certificate`
  // is null in every GET; both dates have whole seconds.
  applePushNotificationCertificate: {
    order: [
      'appleIdentifier',
      'topicIdentifier',
      'lastModifiedDateTime',
      'expirationDateTime',
      'certificateUploadStatus',
      'certificateUploadFailureReason',
      'certificateSerialNumber',
      'certificate',
    ],
    properties: {
      topicIdentifier: readOnly,
      lastModifiedDateTime: { readOnly: true, wholeSeconds: true },
      expirationDateTime: { readOnly: true, wholeSeconds: true },
      certificateUploadStatus: readOnly,
      certificateUploadFailureReason: readOnly,
      certificate: { writeOnly: true },
    },
  },

  // Order of https://learn.microsoft.com/graph/api/resources/intune-onboarding-compliancemanagementpartner
  // The beta CSDL of 2021 and 2022 had the windows pair; it is gone since.
  complianceManagementPartner: {
    order: [
      'lastHeartbeatDateTime',
      'partnerState',
      'displayName',
      'macOsOnboarded',
      'androidOnboarded',
      'iosOnboarded',
      'linuxOnboarded',
      'macOsEnrollmentAssignments',
      'androidEnrollmentAssignments',
      'iosEnrollmentAssignments',
      'linuxEnrollmentAssignments',
    ],
    retired: { beta: ['windowsOnboarded', 'windowsEnrollmentAssignments'] },
  },

  // Wire: the order of https://github.com/microsoftgraph/microsoft-graph-docs/issues/9230
  deviceConfigurationDeviceStatus: {
    order: [
      'deviceDisplayName',
      'userName',
      'deviceModel',
      'platform',
      'complianceGracePeriodExpirationDateTime',
      'status',
      'lastReportedDateTime',
      'userPrincipalName',
    ],
  },

  // CSDL: Abstract="true".
  deviceAndAppManagementAssignmentTarget: { abstract: true },

  // CSDL: Edm.Guid.
  assignedLicense: {
    properties: { skuId: { type: 'Edm.Guid' }, disabledPlans: { type: 'Edm.Guid' } },
  },

  // cloudLicensing belongs to another namespace and to a feature of Entra that has no counterpart here.
  // Members are entities of their own; those of groups inside of groups are worked out.
  group: {
    omitted: ['cloudLicensing'],
    properties: { members: { reference: true }, transitiveMembers: { reference: true, readOnly: true } },
  },

  // CSDL: Edm.Int64; the documentation has 0 as the default of each. The date's name does not end as others do. What is left out belongs to
  // other products (Chrome OS, Windows 365, Configuration Manager) or is a navigation property.
  managedDevice: {
    omitted: [
      'chromeOSDeviceInfo',
      'cloudPcRemoteActionResults',
      'configurationManagerClientEnabledFeatures',
      'configurationManagerClientHealthState',
      'configurationManagerClientInformation',
      'deviceHealthScriptStates',
    ],
    properties: {
      freeStorageSpaceInBytes: octets,
      totalStorageSpaceInBytes: octets,
      physicalMemoryInBytes: octets,
      skuNumber: { default: 0 },
      windowsActiveMalwareCount: { default: 0 },
      windowsRemediatedMalwareCount: { default: 0 },
      managementCertificateExpirationDate: { type: 'Edm.DateTimeOffset' },
    },
  },
  hardwareInformation: {
    properties: {
      batteryChargeCycles: { default: 0 },
      batteryHealthPercentage: { default: 0 },
      batteryLevelPercentage: { type: 'Edm.Double' },
      deviceLicensingLastErrorCode: { default: 0 },
      freeStorageSpace: octets,
      operatingSystemProductType: { default: 0 },
      totalStorageSpace: octets,
    },
  },
  sharedAppleDeviceUser: { properties: { dataQuota: { type: 'Edm.Int64' }, dataUsed: octets } },

  // https://learn.microsoft.com/graph/api/resources/device: "For internal use only."
  device: { omitted: ['alternativeSecurityIds'] },

  // CSDL: Edm.DateTimeOffset.
  membershipRuleProcessingStatus: { properties: { lastMembershipUpdated: { type: 'Edm.DateTimeOffset' } } },
};

/** CSDL: the numeric values of members, and IsFlags. The values of an enum that is not here are unknown. */
export const enumOverlays: Readonly<Record<string, EnumOverlay>> = {
  complianceStatus: {
    values: {
      unknown: 0,
      notApplicable: 1,
      compliant: 2,
      remediated: 3,
      nonCompliant: 4,
      error: 5,
      conflict: 6,
      notAssigned: 7,
    },
  },
  appListType: { values: { none: 0, appsInListCompliant: 1, appsNotInListCompliant: 2 } },
  requiredPasswordType: { values: { deviceDefault: 0, alphanumeric: 1, numeric: 2 } },
  deviceManagementPartnerTenantState: {
    values: { unknown: 0, unavailable: 1, enabled: 2, terminated: 3, rejected: 4, unresponsive: 5 },
  },
  enablement: { values: { notConfigured: 0, enabled: 1, disabled: 2 } },
  macOSProcessIdentifierType: { values: { bundleID: 1, path: 2 } },
  macOSSoftwareUpdateDelayPolicy: {
    flags: true,
    values: {
      none: 0,
      delayOSUpdateVisibility: 1,
      delayAppUpdateVisibility: 2,
      unknownFutureValue: 4,
      delayMajorOsUpdateVisibility: 8,
    },
  },
};
