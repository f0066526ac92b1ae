import { since, supervised, type AppleKeyFacts } from './requirement.ts';
import type { CombineRule } from '../combine.ts';

type Facts = Omit<AppleKeyFacts, 'combine'>;

/** `false` is the stricter. */
const allowing = {
  allowAccountModification: { title: 'Changing accounts', macOS: since('14.0'), iOS: supervised('7.0') },
  allowActivityContinuation: { title: 'Handoff', macOS: since('10.15'), iOS: since('8.0') },
  allowAddingGameCenterFriends: {
    title: 'Adding Game Center friends',
    macOS: since('10.13'),
    iOS: supervised('4.2.1'),
  },
  allowAirDrop: { title: 'AirDrop', macOS: since('10.13'), iOS: supervised('7.0') },
  allowAirPrint: { title: 'AirPrint', iOS: supervised('11.0') },
  allowAirPrintCredentialsStorage: {
    title: 'Keeping AirPrint passwords in the keychain',
    iOS: supervised('11.0'),
  },
  allowAirPrintiBeaconDiscovery: { title: 'Finding AirPrint printers by iBeacon', iOS: supervised('11.0') },
  allowAppCellularDataModification: {
    title: 'Changing which apps use cellular data',
    iOS: supervised('7.0'),
  },
  allowAppClips: { title: 'App Clips', iOS: supervised('14.0') },
  allowAppInstallation: { title: 'Installing apps', iOS: supervised('4.0') },
  allowApplePersonalizedAdvertising: {
    title: 'Personalised advertising by Apple',
    macOS: since('12.0'),
    iOS: since('14.0'),
  },
  allowAppRemoval: { title: 'Removing apps', iOS: supervised('4.2.1') },
  allowAssistant: { title: 'Siri', macOS: since('14.0'), iOS: since('5.0') },
  allowAssistantUserGeneratedContent: {
    title: "Siri answers from users' content on the web",
    iOS: supervised('7.0'),
  },
  allowAssistantWhileLocked: { title: 'Siri on the lock screen', iOS: since('5.1') },
  allowAutoCorrection: { title: 'Keyboard: autocorrection', iOS: supervised('8.1.3') },
  allowAutomaticAppDownloads: {
    title: 'Automatic download of apps bought elsewhere',
    iOS: supervised('9.0'),
  },
  allowAutoUnlock: { title: 'Unlocking with an Apple Watch', macOS: since('10.12'), iOS: since('14.5') },
  allowBluetoothModification: {
    title: 'Changing Bluetooth settings',
    macOS: since('13.0'),
    iOS: supervised('11.0'),
  },
  allowBookstore: { title: 'Book Store', iOS: supervised('6.0') },
  allowBookstoreErotica: { title: 'Erotica from the Book Store', iOS: since('6.0') },
  allowCamera: { title: 'Camera', macOS: since('10.11'), iOS: since('4.0') },
  allowCellularPlanModification: { title: 'Changing the cellular plan', iOS: supervised('11.0') },
  allowChat: { title: 'iMessage', iOS: supervised('5.0') },
  allowCloudAddressBook: { title: 'iCloud: contacts', macOS: since('10.12') },
  allowCloudBackup: { title: 'iCloud: backup', iOS: since('5.0') },
  allowCloudBookmarks: { title: 'iCloud: bookmarks', macOS: since('10.12') },
  allowCloudCalendar: { title: 'iCloud: calendars', macOS: since('10.12') },
  allowCloudDesktopAndDocuments: { title: 'iCloud: Desktop and Documents folders', macOS: since('10.12.4') },
  allowCloudDocumentSync: {
    title: 'iCloud: documents and data',
    macOS: since('10.11'),
    iOS: supervised('5.0'),
  },
  allowCloudKeychainSync: { title: 'iCloud: keychain', macOS: since('10.12'), iOS: since('7.0') },
  allowCloudMail: { title: 'iCloud: mail', macOS: since('10.12') },
  allowCloudNotes: { title: 'iCloud: notes', macOS: since('10.12') },
  allowCloudPhotoLibrary: { title: 'iCloud: photo library', macOS: since('10.12'), iOS: since('9.0') },
  allowCloudPrivateRelay: { title: 'iCloud: Private Relay', macOS: since('12.0'), iOS: supervised('15.0') },
  allowCloudReminders: { title: 'iCloud: reminders', macOS: since('10.12') },
  allowContentCaching: { title: 'Content caching', macOS: since('10.13') },
  allowContinuousPathKeyboard: { title: 'Keyboard: sliding', iOS: supervised('13.0') },
  allowDefinitionLookup: { title: 'Looking up definitions', macOS: since('10.11'), iOS: supervised('8.1.3') },
  allowDeviceNameModification: {
    title: "Changing the device's name",
    macOS: since('14.0'),
    iOS: supervised('9.0'),
  },
  allowDiagnosticSubmission: {
    title: 'Sending diagnostics to Apple',
    macOS: since('10.13'),
    iOS: since('6.0'),
  },
  allowDiagnosticSubmissionModification: {
    title: 'Changing whether diagnostics are sent',
    iOS: supervised('9.3.2'),
  },
  allowDictation: { title: 'Keyboard: dictation', macOS: since('10.13'), iOS: supervised('10.3') },
  allowEnablingRestrictions: { title: 'Switching on Screen Time', iOS: supervised('8.0') },
  allowEnterpriseAppTrust: { title: "Trusting an enterprise app's developer", iOS: since('9.0') },
  allowEnterpriseBookBackup: { title: 'Backup of enterprise books', iOS: since('8.0') },
  allowEnterpriseBookMetadataSync: { title: 'Sync of notes in enterprise books', iOS: since('8.0') },
  allowEraseContentAndSettings: {
    title: 'Erasing all content and settings',
    macOS: since('12.0'),
    iOS: supervised('8.0'),
  },
  allowESIMModification: { title: 'Changing eSIMs', iOS: supervised('12.1') },
  allowExplicitContent: { title: 'Explicit music and video', iOS: supervised('4.0') },
  allowFilesNetworkDriveAccess: { title: 'Files: network drives', iOS: supervised('13.1') },
  allowFilesUSBDriveAccess: { title: 'Files: USB drives', iOS: supervised('13.0') },
  allowFindMyDevice: { title: 'Find My: devices', macOS: since('10.15'), iOS: supervised('13.0') },
  allowFindMyFriends: { title: 'Find My: friends', macOS: since('10.15'), iOS: supervised('13.0') },
  allowFindMyFriendsModification: { title: 'Changing Find My Friends', iOS: supervised('7.0') },
  allowFingerprintForUnlock: {
    title: 'Unlocking with Touch ID or Face ID',
    macOS: since('10.12.4'),
    iOS: since('7.0'),
  },
  allowFingerprintModification: {
    title: 'Changing Touch ID or Face ID',
    macOS: since('14.0'),
    iOS: supervised('8.3'),
  },
  allowGameCenter: { title: 'Game Center', macOS: since('10.13'), iOS: supervised('6.0') },
  allowGlobalBackgroundFetchWhenRoaming: { title: 'Background fetch while roaming', iOS: since('4.0') },
  allowHostPairing: { title: 'Pairing with any computer', iOS: supervised('7.0') },
  allowInAppPurchases: { title: 'Purchases in apps', iOS: since('4.0') },
  allowiTunes: { title: 'iTunes Store', iOS: supervised('4.0') },
  allowiTunesFileSharing: { title: 'iTunes file sharing', macOS: since('10.13') },
  allowKeyboardShortcuts: { title: 'Keyboard: shortcuts', iOS: supervised('9.0') },
  allowLockScreenControlCenter: { title: 'Control Center on the lock screen', iOS: since('7.0') },
  allowLockScreenNotificationsView: { title: 'Notification history on the lock screen', iOS: since('7.0') },
  allowLockScreenTodayView: { title: 'Today view on the lock screen', iOS: since('7.0') },
  allowManagedAppsCloudSync: { title: 'iCloud: data of managed apps', iOS: since('8.0') },
  allowManagedToWriteUnmanagedContacts: {
    title: 'Managed apps write contacts to unmanaged accounts',
    iOS: since('12.0'),
  },
  allowMultiplayerGaming: { title: 'Multiplayer gaming', macOS: since('10.13'), iOS: supervised('4.1') },
  allowMusicService: { title: 'Apple Music', macOS: since('10.12'), iOS: supervised('9.3') },
  allowNews: { title: 'News', iOS: supervised('9.0') },
  allowNFC: { title: 'NFC', iOS: supervised('14.2') },
  allowNotificationsModification: { title: 'Changing notification settings', iOS: supervised('9.3') },
  allowOpenFromManagedToUnmanaged: { title: 'Managed documents in unmanaged apps', iOS: since('7.0') },
  allowOpenFromUnmanagedToManaged: { title: 'Unmanaged documents in managed apps', iOS: since('7.0') },
  allowOTAPKIUpdates: { title: 'Updates of trusted certificates over the air', iOS: since('7.0') },
  allowPairedWatch: { title: 'Pairing an Apple Watch', iOS: supervised('9.0') },
  allowPassbookWhileLocked: { title: 'Wallet on the lock screen', iOS: since('6.0') },
  allowPasscodeModification: {
    title: 'Changing the passcode',
    macOS: since('10.13'),
    iOS: supervised('9.0'),
  },
  allowPasswordAutoFill: { title: 'Filling in passwords', macOS: since('10.14'), iOS: supervised('12.0') },
  allowPasswordProximityRequests: {
    title: 'Asking nearby devices for passwords',
    macOS: since('10.14'),
    iOS: supervised('12.0'),
  },
  allowPasswordSharing: {
    title: 'Sharing passwords by AirDrop',
    macOS: since('10.14'),
    iOS: supervised('12.0'),
  },
  allowPersonalHotspotModification: { title: 'Changing the personal hotspot', iOS: supervised('12.2') },
  allowPhotoStream: { title: 'Photo Stream', iOS: since('5.0') },
  allowPodcasts: { title: 'Podcasts', iOS: supervised('8.0') },
  allowPredictiveKeyboard: { title: 'Keyboard: prediction', iOS: supervised('8.1.3') },
  allowProximitySetupToNewDevice: { title: 'Setting up new devices nearby', iOS: supervised('11.0') },
  allowRadioService: { title: 'Apple Music radio', iOS: supervised('9.3') },
  allowRemoteScreenObservation: {
    title: 'Classroom: watching the screen',
    macOS: since('10.14.4'),
    iOS: since('9.3'),
  },
  allowSafari: { title: 'Safari', iOS: supervised('4.0') },
  allowScreenShot: { title: 'Screenshots and screen recording', macOS: since('10.14.4'), iOS: since('3.1') },
  allowSharedDeviceTemporarySession: { title: 'Shared iPad: temporary sessions', iOS: supervised('13.4') },
  allowSharedStream: { title: 'Shared photo albums', iOS: since('6.0') },
  allowSpellCheck: { title: 'Keyboard: spell check', iOS: supervised('8.1.3') },
  allowSpotlightInternetResults: {
    title: 'Search: results from the internet',
    macOS: since('10.11'),
    iOS: since('8.0'),
  },
  allowSystemAppRemoval: { title: 'Removing system apps', iOS: supervised('11.0') },
  allowUIAppInstallation: { title: 'App Store', iOS: supervised('9.0') },
  allowUIConfigurationProfileInstallation: {
    title: 'Installing profiles by hand',
    macOS: since('13.0'),
    iOS: supervised('6.0'),
  },
  allowUnmanagedToReadManagedContacts: { title: 'Unmanaged apps read managed contacts', iOS: since('12.0') },
  allowUnpairedExternalBootToRecovery: {
    title: 'Recovery mode from an unpaired device',
    iOS: supervised('14.5'),
  },
  allowUntrustedTLSPrompt: { title: 'Accepting untrusted TLS certificates', iOS: since('5.0') },
  allowUSBRestrictedMode: {
    title: 'USB accessories need an unlocked device',
    macOS: since('13.0'),
    iOS: supervised('11.4.1'),
  },
  allowVideoConferencing: { title: 'FaceTime', iOS: supervised('4.0') },
  allowVoiceDialing: { title: 'Voice dialling on the lock screen', iOS: since('4.0') },
  allowVPNCreation: { title: 'Adding VPN configurations', iOS: supervised('11.0') },
  allowWallpaperModification: {
    title: 'Changing the wallpaper',
    macOS: since('10.13'),
    iOS: supervised('9.0'),
  },
  safariAllowAutoFill: { title: 'Safari: filling in forms', macOS: since('10.13'), iOS: supervised('4.0') },
  safariAllowJavaScript: { title: 'Safari: JavaScript', iOS: since('4.0') },
  safariAllowPopups: { title: 'Safari: pop-ups', iOS: since('4.0') },
} satisfies Record<string, Facts>;

/** `true` is the stricter. */
const forcing = {
  forceAirDropUnmanaged: { title: 'AirDrop counts as unmanaged', iOS: since('9.0') },
  forceAirPlayOutgoingRequestsPairingPassword: {
    title: 'AirPlay receivers need a pairing password',
    iOS: since('7.1'),
  },
  forceAirPrintTrustedTLSRequirement: {
    title: 'AirPrint only with trusted certificates',
    iOS: supervised('11.0'),
  },
  forceAssistantProfanityFilter: {
    title: "Siri's profanity filter",
    macOS: since('10.13'),
    iOS: supervised('5.0'),
  },
  forceAuthenticationBeforeAutoFill: {
    title: 'Authentication before filling in passwords',
    iOS: supervised('11.0'),
  },
  forceAutomaticDateAndTime: { title: 'Automatic date and time', iOS: supervised('12.0') },
  forceClassroomAutomaticallyJoinClasses: {
    title: 'Classroom: joining without asking',
    macOS: supervised('10.14.4'),
    iOS: supervised('11.0'),
  },
  forceClassroomRequestPermissionToLeaveClasses: {
    title: 'Classroom: leaving only with permission',
    macOS: supervised('10.14.4'),
    iOS: supervised('11.3'),
  },
  forceClassroomUnpromptedAppAndDeviceLock: {
    title: 'Classroom: locking without asking',
    macOS: supervised('10.14.4'),
    iOS: supervised('11.0'),
  },
  forceClassroomUnpromptedScreenObservation: {
    title: 'Classroom: watching the screen without asking',
    macOS: supervised('10.14.4'),
    iOS: supervised('11.0'),
  },
  forceDelayedAppSoftwareUpdates: { title: 'Delay of app updates', macOS: since('11.0') },
  forceDelayedMajorSoftwareUpdates: { title: 'Delay of major system updates', macOS: since('11.3') },
  forceDelayedSoftwareUpdates: {
    title: 'Delay of system updates',
    macOS: since('10.13'),
    iOS: supervised('11.3'),
  },
  forceEncryptedBackup: { title: 'Encrypted backups', iOS: since('4.0') },
  forceITunesStorePasswordEntry: { title: 'Password for every purchase', iOS: since('6.0') },
  forceLimitAdTracking: { title: 'Limited ad tracking', iOS: since('7.0') },
  forceOnDeviceOnlyDictation: {
    title: 'Dictation on the device only',
    macOS: since('14.0'),
    iOS: since('14.5'),
  },
  forceOnDeviceOnlyTranslation: { title: 'Translation on the device only', iOS: since('15.0') },
  forceWatchWristDetection: { title: 'Apple Watch wrist detection', iOS: since('8.2') },
  forceWiFiPowerOn: { title: 'Wi-Fi stays on', iOS: supervised('13.0') },
  forceWiFiToAllowedNetworksOnly: { title: 'Wi-Fi only of profiles', iOS: supervised('14.5') },
  forceWiFiWhitelisting: { title: 'Wi-Fi only of profiles (before iOS 14.5)', iOS: supervised('10.3') },
  requireManagedPasteboard: {
    title: 'Copy and paste follow the rules for managed documents',
    iOS: since('15.0'),
  },
  safariForceFraudWarning: { title: 'Safari: fraud warning', iOS: since('4.0') },
} satisfies Record<string, Facts>;

const others = {
  allowListedAppBundleIDs: { title: 'Only these apps', combine: 'first', iOS: supervised('15.0') },
  autonomousSingleAppModePermittedAppIDs: {
    title: 'Apps that may enter single app mode',
    combine: 'first',
    iOS: supervised('7.0'),
  },
  blockedAppBundleIDs: { title: 'Hidden apps', combine: 'union', iOS: supervised('15.0') },
  enforcedFingerprintTimeout: {
    title: 'Seconds until Touch ID asks for the password',
    combine: 'smaller',
    macOS: since('12.0'),
  },
  enforcedSoftwareUpdateDelay: {
    title: 'Days of delay of updates',
    combine: 'larger',
    macOS: since('10.13.4'),
    iOS: supervised('11.3'),
  },
  enforcedSoftwareUpdateMajorOSDeferredInstallDelay: {
    title: 'Days of delay of major system updates',
    combine: 'larger',
    macOS: since('11.3'),
  },
  enforcedSoftwareUpdateMinorOSDeferredInstallDelay: {
    title: 'Days of delay of minor system updates',
    combine: 'larger',
    macOS: since('11.3'),
  },
  enforcedSoftwareUpdateNonOSDeferredInstallDelay: {
    title: 'Days of delay of app updates',
    combine: 'larger',
    macOS: since('11.3'),
  },
  ratingApps: { title: 'Apps up to this rating', combine: 'smaller', iOS: since('4.0') },
  ratingMovies: { title: 'Films up to this rating', combine: 'smaller', iOS: since('4.0') },
  ratingRegion: { title: 'Region of the ratings', combine: 'first', iOS: since('4.0') },
  ratingTVShows: { title: 'Television up to this rating', combine: 'smaller', iOS: since('4.0') },
  safariAcceptCookies: { title: 'Safari: cookies', combine: 'smaller', iOS: since('4.0') },
} satisfies Record<string, AppleKeyFacts>;

/**
 * The restrictions that policies set, of Apple's edition for iOS 18.1 and macOS 15.1.
 * @see https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.applicationaccess.yaml
 */
export const restrictions = { ...combined(allowing, 'and'), ...combined(forcing, 'or'), ...others };

function combined<Name extends string>(facts: Readonly<Record<Name, Facts>>, combine: CombineRule) {
  return Object.fromEntries(
    Object.entries<Facts>(facts).map(([key, value]) => [key, { ...value, combine }]),
  ) as unknown as Readonly<Record<Name, AppleKeyFacts>>;
}
