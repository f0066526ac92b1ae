import { appleSetting, type AppleKey } from '../apple/keys.ts';
import { amount, blocks, sets, texts } from './apple-properties.ts';
import {
  compileProperties,
  never,
  onlyWhile,
  undelivered,
  type Properties,
  type Property,
} from './graph-properties.ts';
import type { CompiledKind } from './kind.ts';
import { passcodeProperties } from './passcode-properties.ts';
import { privacyAccessControls } from './privacy-access-controls.ts';

const passcode = passcodeProperties('passwordRequired', { longestInactivity: 60 });
const restrictions = 'com.apple.applicationaccess';
const appList = never('reportedOnly', 'The list of apps is for reports only and never enforced.');
const delay = { from: 1, to: 90, unit: 'days' } as const;

const minutesUntilFailedLoginReset: Property = (value, document, context) => {
  if (typeof document['passwordMaximumAttemptCount'] === 'number') {
    const key = 'com.apple.mobiledevice.passwordpolicy/minutesUntilFailedLoginReset';
    return amount(key, { from: 0, unit: 'minutes' })(value, document, context);
  }
  return [undelivered('needsAnother', "It counts only together with 'passwordMaximumAttemptCount'.")];
};

const delays = new Map<string, AppleKey>([
  ['delayOSUpdateVisibility', `${restrictions}/forceDelayedSoftwareUpdates`],
  ['delayAppUpdateVisibility', `${restrictions}/forceDelayedAppSoftwareUpdates`],
  ['delayMajorOsUpdateVisibility', `${restrictions}/forceDelayedMajorSoftwareUpdates`],
]);

/** Flags, joined by commas. */
const updateDelayPolicy: Property = (value) => {
  if (typeof value !== 'string') return [undelivered('unreadable', 'It must be a text of flags.')];
  const flags = value.split(',').map((flag) => flag.trim());
  return flags
    .filter((flag) => flag !== 'none' && flag !== '')
    .map((flag) => {
      const key = delays.get(flag);
      return key ? appleSetting(key, true) : undelivered('unknown', `Apple has no delay '${flag}'.`);
    });
};

/** @see https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-macosgeneraldeviceconfiguration?view=graph-rest-beta */
const properties: Properties = {
  compliantAppsList: appList,
  compliantAppListType: appList,
  emailInDomainSuffixes: texts('com.apple.domains/EmailDomains'),

  passwordRequired: passcode.forcePIN,
  passwordRequiredType: passcode.requireAlphanumeric,
  passwordMinimumCharacterSetCount: passcode.minComplexChars,
  passwordMinimumLength: passcode.minLength,
  passwordBlockSimple: passcode.allowSimple,
  passwordExpirationDays: passcode.maxPINAgeInDays,
  passwordMinutesOfInactivityBeforeScreenTimeout: passcode.maxInactivity,
  passwordMinutesOfInactivityBeforeLock: passcode.maxGracePeriod,
  passwordPreviousPasswordBlockCount: passcode.pinHistory,
  passwordMaximumAttemptCount: passcode.maxFailedAttempts,
  passwordMinutesUntilFailedLoginReset: onlyWhile('passwordRequired', minutesUntilFailedLoginReset),

  activationLockWhenSupervisedAllowed: never(
    'setByCommand',
    "Activation Lock is allowed by the MDM options of Apple's Settings command; no profile can hold it.",
  ),
  addingGameCenterFriendsBlocked: blocks('allowAddingGameCenterFriends'),
  airDropBlocked: blocks('allowAirDrop'),
  appleWatchBlockAutoUnlock: blocks('allowAutoUnlock'),
  cameraBlocked: blocks('allowCamera'),
  classroomAppBlockRemoteScreenObservation: blocks('allowRemoteScreenObservation'),
  classroomAppForceUnpromptedScreenObservation: sets('forceClassroomUnpromptedScreenObservation'),
  classroomForceAutomaticallyJoinClasses: sets('forceClassroomAutomaticallyJoinClasses'),
  classroomForceRequestPermissionToLeaveClasses: sets('forceClassroomRequestPermissionToLeaveClasses'),
  classroomForceUnpromptedAppAndDeviceLock: sets('forceClassroomUnpromptedAppAndDeviceLock'),
  contentCachingBlocked: blocks('allowContentCaching'),
  definitionLookupBlocked: blocks('allowDefinitionLookup'),
  eraseContentAndSettingsBlocked: blocks('allowEraseContentAndSettings'),
  gameCenterBlocked: blocks('allowGameCenter'),
  iCloudBlockActivityContinuation: blocks('allowActivityContinuation'),
  iCloudBlockAddressBook: blocks('allowCloudAddressBook'),
  iCloudBlockBookmarks: blocks('allowCloudBookmarks'),
  iCloudBlockCalendar: blocks('allowCloudCalendar'),
  iCloudBlockDocumentSync: blocks('allowCloudDocumentSync'),
  iCloudBlockMail: blocks('allowCloudMail'),
  iCloudBlockNotes: blocks('allowCloudNotes'),
  iCloudBlockPhotoLibrary: blocks('allowCloudPhotoLibrary'),
  iCloudBlockReminders: blocks('allowCloudReminders'),
  iCloudDesktopAndDocumentsBlocked: blocks('allowCloudDesktopAndDocuments'),
  iCloudPrivateRelayBlocked: blocks('allowCloudPrivateRelay'),
  iTunesBlockFileSharing: blocks('allowiTunesFileSharing'),
  iTunesBlockMusicService: blocks('allowMusicService'),
  keyboardBlockDictation: blocks('allowDictation'),
  keychainBlockCloudSync: blocks('allowCloudKeychainSync'),
  multiplayerGamingBlocked: blocks('allowMultiplayerGaming'),
  passwordBlockAirDropSharing: blocks('allowPasswordSharing'),
  passwordBlockAutoFill: blocks('allowPasswordAutoFill'),
  passwordBlockFingerprintUnlock: blocks('allowFingerprintForUnlock'),
  passwordBlockModification: blocks('allowPasscodeModification'),
  passwordBlockProximityRequests: blocks('allowPasswordProximityRequests'),
  privacyAccessControls,
  safariBlockAutofill: blocks('safariAllowAutoFill'),
  screenCaptureBlocked: blocks('allowScreenShot'),
  softwareUpdateMajorOSDeferredInstallDelayInDays: amount(
    `${restrictions}/enforcedSoftwareUpdateMajorOSDeferredInstallDelay`,
    delay,
  ),
  softwareUpdateMinorOSDeferredInstallDelayInDays: amount(
    `${restrictions}/enforcedSoftwareUpdateMinorOSDeferredInstallDelay`,
    delay,
  ),
  softwareUpdateNonOSDeferredInstallDelayInDays: amount(
    `${restrictions}/enforcedSoftwareUpdateNonOSDeferredInstallDelay`,
    delay,
  ),
  softwareUpdatesEnforcedDelayInDays: amount(`${restrictions}/enforcedSoftwareUpdateDelay`, delay),
  spotlightBlockInternetResults: blocks('allowSpotlightInternetResults'),
  touchIdTimeoutInHours: amount(`${restrictions}/enforcedFingerprintTimeout`, {
    from: 0,
    unit: 'seconds',
    times: 3600,
  }),
  updateDelayPolicy,
  wallpaperModificationBlocked: blocks('allowWallpaperModification'),
};

export const macOSGeneralDeviceConfiguration: CompiledKind = {
  kind: 'macOSGeneralDeviceConfiguration',
  systems: ['macOS'],
  compile: (document, context) => compileProperties(properties, document, context),
};
