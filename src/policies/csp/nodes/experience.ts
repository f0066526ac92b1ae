import { allow, choice, each, number, policyArea, toggle } from '../declare.ts';

/**
 * What Windows offers beside work.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-experience
 */
export const experience = [
  ...policyArea('Experience', {
    ...each(
      [
        'AllowClipboardHistory',
        'AllowCortana',
        'AllowDeviceDiscovery',
        'AllowFindMyDevice',
        'AllowManualMDMUnenrollment',
        'AllowSyncMySettings',
        'AllowWindowsTips',
      ],
      allow(),
    ),
    AllowScreenCapture: allow(),
    AllowWindowsConsumerFeatures: choice({ 0: 'Not allowed', 1: 'Allowed' }, { combine: 'smaller' }),
    ConfigureChatIcon: choice({ 0: 'Not configured', 1: 'Show', 2: 'Hide', 3: 'Off' }, { default: 0 }),
    DisableCloudOptimizedContent: toggle({ default: 0 }),
    DisableConsumerAccountStateContent: toggle({ default: 0 }),
    DoNotShowFeedbackNotifications: toggle({ default: 0 }),
    DoNotSyncBrowserSettings: choice({ 0: 'Sync', 2: 'Do not sync' }, { default: 0 }),
    PreventUsersFromTurningOnBrowserSyncing: choice({ 0: 'Users may', 1: 'Prevented' }, { default: 1 }),
    ShowLockOnUserTile: toggle({ default: 1 }),
  }),
  ...policyArea(
    'Experience',
    {
      ...each(
        [
          'AllowTailoredExperiencesWithDiagnosticData',
          'AllowThirdPartySuggestionsInWindowsSpotlight',
          'AllowWindowsSpotlight',
          'AllowWindowsSpotlightOnActionCenter',
          'AllowWindowsSpotlightOnSettings',
          'AllowWindowsSpotlightWindowsWelcomeExperience',
        ],
        allow(),
      ),
      AllowSpotlightCollection: number(),
      ConfigureWindowsSpotlightOnLockScreen: number(),
    },
    'user',
  ),
];
