import { expect, test } from 'vitest';
import type { JsonObject } from '../../../kernel/json.ts';
import { idOf } from '../fixtures/policies.ts';
import { compilePolicy } from './kinds.ts';

function compiled(document: JsonObject) {
  const policy = { id: idOf(1), kind: 'iosGeneralDeviceConfiguration', name: 'P', version: 1, document };
  const { settings, notApplicable } = compilePolicy(policy);
  return {
    values: Object.fromEntries(settings.map(({ key, value }) => [key, value])),
    reasons: notApplicable.map(({ property, reason }) => [property, reason]),
  };
}

const passcode = 'com.apple.mobiledevice.passwordpolicy';
const restrictions = 'com.apple.applicationaccess';

test('passcode rules count only while a passcode is required, within the limits of iOS', () => {
  const rules = {
    passcodeMinutesOfInactivityBeforeScreenTimeout: 30,
    passcodeMinutesOfInactivityBeforeLock: 60,
  };
  expect(compiled({ ...rules, passcodeRequired: true })).toEqual({
    values: {
      [`${passcode}/forcePIN`]: true,
      [`${passcode}/maxInactivity`]: 15,
      [`${passcode}/maxGracePeriod`]: 60,
    },
    reasons: [['passcodeMinutesOfInactivityBeforeScreenTimeout', 'limited']],
  });
  expect(compiled(rules)).toMatchObject({ values: {}, reasons: { length: 2 } });
});

test('the list of visible apps shows or hides, by its type', () => {
  const appsVisibilityList = [{ name: 'Mail', appId: 'com.apple.mobilemail' }, { name: 'Nameless' }];
  expect(compiled({ appsVisibilityList, appsVisibilityListType: 'appsInListCompliant' })).toEqual({
    values: { [`${restrictions}/allowListedAppBundleIDs`]: ['com.apple.mobilemail'] },
    reasons: [['appsVisibilityList[1]', 'needsAnother']],
  });
  expect(compiled({ appsVisibilityList, appsVisibilityListType: 'appsNotInListCompliant' }).values).toEqual({
    [`${restrictions}/blockedAppBundleIDs`]: ['com.apple.mobilemail'],
  });
  expect(compiled({ appsVisibilityList, appsVisibilityListType: 'none' })).toEqual({
    values: {},
    reasons: [['appsVisibilityList', 'needsAnother']],
  });
});

test('kiosk mode is one key with its options', () => {
  const options = {
    kioskModeRequireZoom: true,
    kioskModeAllowVoiceOverSettings: true,
    kioskModeBlockTouchscreen: false,
  };
  const app = {
    'com.apple.app.lock/App': {
      Identifier: 'com.apple.mobilesafari',
      Options: { EnableZoom: true },
      UserEnabledOptions: { VoiceOver: true },
    },
  };
  const builtIn = { ...options, kioskModeBuiltInAppId: 'com.apple.mobilesafari' };
  expect(compiled(builtIn)).toEqual({ values: app, reasons: [] });
  expect(compiled({ ...builtIn, kioskModeAppType: 'builtInApp' })).toEqual({ values: app, reasons: [] });
  expect(compiled({ ...options, kioskModeAppType: 'managedApp', kioskModeManagedAppId: 'abc' })).toEqual({
    values: {},
    reasons: [
      ['kioskModeAppType', 'needsAnother'],
      ['kioskModeRequireZoom', 'needsAnother'],
      ['kioskModeAllowVoiceOverSettings', 'needsAnother'],
      ['kioskModeManagedAppId', 'noKnownKey'],
    ],
  });
  expect(compiled({ ...builtIn, kioskModeAppType: 'notConfigured' }).values).toEqual({});
});

test("ratings of the United States have Apple's numbers, the others are named", () => {
  expect(
    compiled({
      mediaContentRatingApps: 'agesAbove12',
      mediaContentRatingUnitedStates: { movieRating: 'parentalGuidance13', tvRating: 'adults' },
      mediaContentRatingJapan: { movieRating: 'general', tvRating: 'allAllowed' },
    }),
  ).toEqual({
    values: {
      [`${restrictions}/ratingApps`]: 300,
      [`${restrictions}/ratingRegion`]: 'us',
      [`${restrictions}/ratingMovies`]: 300,
      [`${restrictions}/ratingTVShows`]: 600,
    },
    reasons: [['mediaContentRatingJapan', 'noKnownKey']],
  });
});

test('network rules name apps by their bundle identifiers', () => {
  const networkUsageRules = [
    {
      cellularDataBlocked: true,
      managedApps: [
        { name: 'A', appId: 'com.example.a' },
        { name: 'B', appId: null },
      ],
    },
    { cellularDataBlockWhenRoaming: true, managedApps: [] },
  ];
  expect(compiled({ networkUsageRules })).toEqual({
    values: {
      'com.apple.networkusagerules/ApplicationRules': [
        { AppIdentifierMatches: ['com.example.a'], AllowCellularData: false, AllowRoamingCellularData: true },
      ],
    },
    reasons: [
      ['networkUsageRules[0].managedApps[1]', 'needsAnother'],
      ['networkUsageRules[1]', 'needsAnother'],
    ],
  });
});

test.each([
  ['blockAlways', { [`${restrictions}/safariAcceptCookies`]: 0 }],
  ['allowFromWebsitesVisited', { [`${restrictions}/safariAcceptCookies`]: 1.5 }],
  ['browserDefault', {}],
])('cookies %s', (safariCookieSettings, values) => {
  expect(compiled({ safariCookieSettings })).toEqual({ values, reasons: [] });
});

test('names that are easily mixed up', () => {
  expect(
    compiled({
      findMyFriendsBlocked: true,
      findMyFriendsInFindMyAppBlocked: true,
      appStoreBlocked: true,
      appStoreBlockUIAppInstallation: true,
      iCloudBlockSharedPhotoStream: true,
      iCloudBlockPhotoStreamSync: true,
      contactsAllowUnmanagedToManagedRead: true,
    }).values,
  ).toEqual({
    [`${restrictions}/allowFindMyFriendsModification`]: false,
    [`${restrictions}/allowFindMyFriends`]: false,
    [`${restrictions}/allowAppInstallation`]: false,
    [`${restrictions}/allowUIAppInstallation`]: false,
    [`${restrictions}/allowSharedStream`]: false,
    [`${restrictions}/allowPhotoStream`]: false,
    [`${restrictions}/allowUnmanagedToReadManagedContacts`]: true,
  });
});
