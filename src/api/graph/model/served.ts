/** A type that is served, and the navigation properties of it that are. */
interface ServedType {
  readonly navigation?: readonly string[];
  /** Its own structural properties are served unless this is false. */
  readonly structural?: false;
  /** Every type derived from it is served as well. */
  readonly withDerived?: true;
}

/** The types the Graph dialect serves, by their names without `microsoft.graph.`. What they refer to comes along. */
export const servedTypes: Readonly<Record<string, ServedType>> = {
  deviceManagement: {
    structural: false,
    navigation: ['applePushNotificationCertificate', 'complianceManagementPartners', 'deviceConfigurations'],
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
  deviceAndAppManagementAssignmentTarget: { withDerived: true },
  group: {},
};
