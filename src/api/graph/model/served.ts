/** A type that is served, and the navigation properties of it that are. */
interface ServedType {
  readonly navigation?: readonly string[];
  /** Its own structural properties are served unless this is false. */
  readonly structural?: false;
  /** Of its own structural properties, these alone are. */
  readonly only?: readonly string[];
  /** Every type derived from it is served as well. */
  readonly withDerived?: true;
}

/** The types the Graph dialect serves, by their names without `microsoft.graph.`. What they refer to comes along. */
export const servedTypes: Readonly<Record<string, ServedType>> = {
  deviceManagement: {
    structural: false,
    navigation: [
      'applePushNotificationCertificate',
      'complianceManagementPartners',
      'deviceConfigurations',
      'managedDevices',
    ],
  },
  applePushNotificationCertificate: {},
  complianceManagementPartner: {},
  deviceConfiguration: {
    navigation: [
      'assignments',
      'deviceStatuses',
      'userStatuses',
      'deviceStatusOverview',
      'userStatusOverview',
      'deviceSettingStateSummaries',
    ],
  },
  iosCustomConfiguration: {},
  iosGeneralDeviceConfiguration: {},
  macOSCustomConfiguration: {},
  macOSGeneralDeviceConfiguration: {},
  windows10CustomConfiguration: {},
  omaSetting: { withDerived: true },
  deviceConfigurationAssignment: {},
  managedDevice: {},
  remoteLockActionResult: {},
  deviceAndAppManagementAssignmentTarget: { withDerived: true },
  group: { navigation: ['members', 'transitiveMembers'] },
  // What Graph answers with unless `$select` asks for more, and what is known besides.
  user: {
    only: [
      'accountEnabled',
      'businessPhones',
      'createdDateTime',
      'displayName',
      'givenName',
      'jobTitle',
      'mail',
      'mobilePhone',
      'officeLocation',
      'preferredLanguage',
      'surname',
      'userPrincipalName',
    ],
  },
  device: {},
};
