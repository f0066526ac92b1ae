import { choice, each, policyArea, text, toggle } from '../declare.ts';

/**
 * The Microsoft Edge that came with Windows 10, before it was built on Chromium. The new one is set by its ADMX file.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-browser
 */
export const browser = policyArea(
  'Browser',
  {
    ...each(
      [
        'AllowAddressBarDropdown',
        'AllowAutofill',
        'AllowDeveloperTools',
        'AllowExtensions',
        'AllowFlash',
        'AllowFlashClickToRun',
        'AllowFullScreenMode',
        'AllowInPrivate',
        'AllowMicrosoftCompatibilityList',
        'AllowPasswordManager',
        'AllowPrinting',
        'AllowSavingHistory',
        'AllowSearchEngineCustomization',
        'AllowSearchSuggestionsinAddressBar',
        'AllowSideloadingOfExtensions',
        'AllowSmartScreen',
        'AllowWebContentOnNewTabPage',
      ],
      choice({ 0: 'Not allowed', 1: 'Allowed' }),
    ),
    ...each(
      [
        'DisableLockdownOfStartPages',
        'LockdownFavorites',
        'PreventAccessToAboutFlagsInMicrosoftEdge',
        'PreventCertErrorOverrides',
        'PreventFirstRunPage',
        'PreventLiveTileDataCollection',
        'PreventSmartScreenPromptOverride',
        'PreventSmartScreenPromptOverrideForFiles',
        'PreventUsingLocalHostIPAddressForWebRTC',
        'SendIntranetTraffictoInternetExplorer',
        'SyncFavoritesBetweenIEAndMicrosoftEdge',
      ],
      toggle({ default: 0 }),
    ),
    AllowCookies: choice({ 0: 'Block all', 1: 'Block those of others', 2: 'Allow all' }, { default: 2 }),
    AllowDoNotTrack: choice({ 0: 'Never send', 1: 'Send' }, { default: 0 }),
    AllowPopups: choice({ 0: 'Allow', 1: 'Block' }, { default: 0 }),
    EnterpriseModeSiteList: text(),
    FirstRunURL: text(),
    HomePages: text(),
    ProvisionFavorites: text(),
    SetDefaultSearchEngine: text(),
    SetHomeButtonURL: text(),
    SetNewTabPageURL: text(),
  },
  'both',
);
