import { choice, each, policyArea, text, toggle } from '../declare.ts';

/**
 * The Start menu and the taskbar.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-start
 */
export const start = [
  ...policyArea('Start', {
    ...each(
      [
        'AllowPinnedFolderDocuments',
        'AllowPinnedFolderDownloads',
        'AllowPinnedFolderFileExplorer',
        'AllowPinnedFolderHomeGroup',
        'AllowPinnedFolderMusic',
        'AllowPinnedFolderNetwork',
        'AllowPinnedFolderPersonalFolder',
        'AllowPinnedFolderPictures',
        'AllowPinnedFolderSettings',
        'AllowPinnedFolderVideos',
      ],
      choice({ 0: 'Hidden', 1: 'Shown', 65535: 'The user decides' }, { default: 65535 }),
    ),
    ...each(
      [
        'DisableControlCenter',
        'DisableEditingQuickSettings',
        'HideChangeAccountSettings',
        'HideHibernate',
        'HideLock',
        'HidePowerButton',
        'HideRestart',
        'HideShutDown',
        'HideSignOut',
        'HideSleep',
        'HideSwitchAccount',
        'HideUserTile',
        'NoPinningToTaskbar',
        'SimplifyQuickSettings',
      ],
      toggle({ default: 0 }),
    ),
    ImportEdgeAssets: text(),
  }),
  ...policyArea(
    'Start',
    {
      ...each(
        [
          'DisableContextMenus',
          'HideFrequentlyUsedApps',
          'HideRecentJumplists',
          'HideRecentlyAddedApps',
          'HideRecommendedPersonalizedSites',
          'HideRecommendedSection',
        ],
        toggle({ default: 0 }),
      ),
      ConfigureStartPins: text(),
      ForceStartSize: choice(
        { 0: 'The user decides', 1: 'Not full screen', 2: 'Full screen' },
        { default: 0 },
      ),
      HideAppList: choice(
        {
          0: 'Shown',
          1: 'Collapsed',
          2: 'Collapsed and not to be changed',
          3: 'Removed and not to be changed',
        },
        { default: 0 },
      ),
      ShowOrHideMostUsedApps: choice({ 0: 'The user decides', 1: 'Shown', 2: 'Hidden' }, { default: 0 }),
      StartLayout: text(),
    },
    'both',
  ),
  ...policyArea('Start', { HidePeopleBar: toggle({ default: 0 }) }, 'user'),
];
