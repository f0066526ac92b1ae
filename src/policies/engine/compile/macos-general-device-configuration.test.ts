import { expect, test } from 'vitest';
import { macOSGeneralExample } from '../../../api/graph/fixtures/documented-examples.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { assigned, idOf } from '../fixtures/policies.ts';
import { resolve } from '../resolve.ts';
import { compilePolicy } from './kinds.ts';

function compiled(document: JsonObject, number = 1) {
  return compilePolicy({
    id: idOf(number),
    kind: 'macOSGeneralDeviceConfiguration',
    name: 'P',
    version: 1,
    document,
  });
}

function valuesOf(document: JsonObject) {
  return Object.fromEntries(compiled(document).settings.map(({ key, value }) => [key, value]));
}

function reasonsOf(document: JsonObject) {
  return compiled(document).notApplicable.map(({ property, reason }) => [property, reason]);
}

const example = macOSGeneralExample.request as unknown as JsonObject;
const passcode = 'com.apple.mobiledevice.passwordpolicy';
const restrictions = 'com.apple.applicationaccess';

test("Microsoft's documented example becomes two payloads, and its app list is named", () => {
  expect(valuesOf(example)).toEqual({
    'com.apple.domains/EmailDomains': ['Email In Domain Suffixes value'],
    [`${passcode}/forcePIN`]: true,
    [`${passcode}/requireAlphanumeric`]: true,
    [`${passcode}/minComplexChars`]: 0,
    [`${passcode}/minLength`]: 5,
    [`${passcode}/allowSimple`]: false,
    [`${passcode}/maxPINAgeInDays`]: 6,
    [`${passcode}/maxInactivity`]: 14,
    [`${passcode}/maxGracePeriod`]: 5,
    [`${passcode}/pinHistory`]: 2,
  });
  expect(reasonsOf(example)).toEqual([
    ['compliantAppsList', 'reportedOnly'],
    ['compliantAppListType', 'reportedOnly'],
  ]);
});

test('what is not set says nothing', () => {
  const unset = {
    compliantAppsList: [],
    compliantAppListType: 'none',
    emailInDomainSuffixes: [],
    passwordBlockSimple: false,
    passwordMinimumLength: null,
    passwordRequired: false,
    passwordRequiredType: 'deviceDefault',
    cameraBlocked: false,
    activationLockWhenSupervisedAllowed: false,
    updateDelayPolicy: 'none',
    privacyAccessControls: [],
    roleScopeTagIds: ['0'],
    supportsScopeTags: true,
    deviceManagementApplicabilityRuleOsVersion: null,
    '@odata.type': '#microsoft.graph.macOSGeneralDeviceConfiguration',
  };
  expect(compiled(unset)).toMatchObject({ settings: [], notApplicable: [] });
});

test('rules for passwords count only while a password is required', () => {
  const rules = { passwordMinimumLength: 8, passwordBlockSimple: true, passwordRequiredType: 'numeric' };
  expect(valuesOf({ ...rules, passwordRequired: false })).toEqual({});
  expect(reasonsOf({ ...rules, passwordRequired: false, passwordBlockAutoFill: true })).toEqual([
    ['passwordRequiredType', 'switchedOff'],
    ['passwordMinimumLength', 'switchedOff'],
    ['passwordBlockSimple', 'switchedOff'],
  ]);
  expect(valuesOf({ ...rules, passwordRequired: true })).toEqual({
    [`${passcode}/forcePIN`]: true,
    [`${passcode}/requireAlphanumeric`]: false,
    [`${passcode}/minLength`]: 8,
    [`${passcode}/allowSimple`]: false,
  });
});

test.each([
  ['passwordExpirationDays', 730, 'maxPINAgeInDays', 730, undefined],
  ['passwordExpirationDays', 1000, 'maxPINAgeInDays', 730, 'limited'],
  ['passwordMinimumLength', 17, 'minLength', 16, 'limited'],
  ['passwordMinutesOfInactivityBeforeScreenTimeout', 60, 'maxInactivity', 60, undefined],
  ['passwordMinutesOfInactivityBeforeLock', 480, 'maxGracePeriod', 480, undefined],
  ['passwordPreviousPasswordBlockCount', 0, 'pinHistory', undefined, 'outOfRange'],
  ['passwordMaximumAttemptCount', 1, 'maxFailedAttempts', undefined, 'outOfRange'],
])('%s %j: %s is %j', (property, said, key, value, reason) => {
  const document = { passwordRequired: true, [property]: said };
  expect(valuesOf(document)[`${passcode}/${key}`]).toBe(value);
  expect(reasonsOf(document)).toEqual(reason ? [[property, reason]] : []);
});

test('the reset of failed logins needs a number of attempts', () => {
  const reset = { passwordRequired: true, passwordMinutesUntilFailedLoginReset: 10 };
  expect(reasonsOf(reset)).toEqual([['passwordMinutesUntilFailedLoginReset', 'needsAnother']]);
  expect(valuesOf({ ...reset, passwordMaximumAttemptCount: 5 })).toMatchObject({
    [`${passcode}/maxFailedAttempts`]: 5,
    [`${passcode}/minutesUntilFailedLoginReset`]: 10,
  });
});

test('hours become seconds, and days of delay start at one', () => {
  expect(valuesOf({ touchIdTimeoutInHours: 48 })).toEqual({
    [`${restrictions}/enforcedFingerprintTimeout`]: 172_800,
  });
  expect(
    valuesOf({ softwareUpdatesEnforcedDelayInDays: 30, softwareUpdateMajorOSDeferredInstallDelayInDays: 90 }),
  ).toEqual({
    [`${restrictions}/enforcedSoftwareUpdateDelay`]: 30,
    [`${restrictions}/enforcedSoftwareUpdateMajorOSDeferredInstallDelay`]: 90,
  });
  expect(reasonsOf({ softwareUpdatesEnforcedDelayInDays: 0 })).toEqual([
    ['softwareUpdatesEnforcedDelayInDays', 'outOfRange'],
  ]);
});

test('each flag of the update delay is a key of its own', () => {
  expect(valuesOf({ updateDelayPolicy: 'delayOSUpdateVisibility, delayMajorOsUpdateVisibility' })).toEqual({
    [`${restrictions}/forceDelayedSoftwareUpdates`]: true,
    [`${restrictions}/forceDelayedMajorSoftwareUpdates`]: true,
  });
  expect(valuesOf({ updateDelayPolicy: 'delayAppUpdateVisibility' })).toEqual({
    [`${restrictions}/forceDelayedAppSoftwareUpdates`]: true,
  });
  expect(reasonsOf({ updateDelayPolicy: 'unknownFutureValue' })).toEqual([['updateDelayPolicy', 'unknown']]);
});

test('what blocks is inverted, what Classroom forces is not', () => {
  expect(
    valuesOf({
      cameraBlocked: true,
      safariBlockAutofill: true,
      classroomAppBlockRemoteScreenObservation: true,
      classroomAppForceUnpromptedScreenObservation: true,
      classroomForceAutomaticallyJoinClasses: true,
      classroomForceRequestPermissionToLeaveClasses: true,
      classroomForceUnpromptedAppAndDeviceLock: true,
    }),
  ).toEqual({
    [`${restrictions}/allowCamera`]: false,
    [`${restrictions}/safariAllowAutoFill`]: false,
    [`${restrictions}/allowRemoteScreenObservation`]: false,
    [`${restrictions}/forceClassroomUnpromptedScreenObservation`]: true,
    [`${restrictions}/forceClassroomAutomaticallyJoinClasses`]: true,
    [`${restrictions}/forceClassroomRequestPermissionToLeaveClasses`]: true,
    [`${restrictions}/forceClassroomUnpromptedAppAndDeviceLock`]: true,
  });
});

test('what no profile can hold, and what is not known, is named', () => {
  expect(reasonsOf({ activationLockWhenSupervisedAllowed: true, teleportationBlocked: true })).toEqual([
    ['activationLockWhenSupervisedAllowed', 'setByCommand'],
    ['teleportationBlocked', 'unknown'],
  ]);
  expect(
    reasonsOf({ deviceManagementApplicabilityRuleOsVersion: { ruleType: 'include' }, cameraBlocked: 'yes' }),
  ).toEqual([
    ['cameraBlocked', 'unreadable'],
    ['deviceManagementApplicabilityRuleOsVersion', 'notEvaluated'],
  ]);
});

const zoom = {
  displayName: 'Zoom',
  identifier: 'us.zoom.xos',
  identifierType: 'bundleID',
  codeRequirement: 'anchor apple',
  staticCodeValidation: false,
};
const zoomApp = { Identifier: 'us.zoom.xos', IdentifierType: 'bundleID', CodeRequirement: 'anchor apple' };
const services = 'com.apple.TCC.configuration-profile-policy/Services';

test('privacy controls are one setting', () => {
  const document = {
    privacyAccessControls: [
      {
        ...zoom,
        accessibility: 'enabled',
        photos: 'disabled',
        calendar: 'notConfigured',
        blockCamera: true,
        blockMicrophone: false,
        systemPolicySystemAdminFiles: 'enabled',
        appleEventsAllowedReceivers: [
          { allowed: true, codeRequirement: 'x', identifier: '/bin/sh', identifierType: 'path' },
        ],
      },
      {
        ...zoom,
        identifier: '/bin/y',
        identifierType: 'path',
        staticCodeValidation: true,
        accessibility: 'disabled',
      },
    ],
  };
  expect(valuesOf(document)).toEqual({
    [services]: {
      Accessibility: [
        { ...zoomApp, Allowed: true },
        { ...zoomApp, Identifier: '/bin/y', IdentifierType: 'path', StaticCode: true, Allowed: false },
      ],
      Photos: [{ ...zoomApp, Allowed: false }],
      SystemPolicySysAdminFiles: [{ ...zoomApp, Allowed: true }],
      Camera: [{ ...zoomApp, Allowed: false }],
      AppleEvents: [
        {
          ...zoomApp,
          Allowed: true,
          AEReceiverIdentifier: '/bin/sh',
          AEReceiverIdentifierType: 'path',
          AEReceiverCodeRequirement: 'x',
        },
      ],
    },
  });
  expect(reasonsOf({ privacyAccessControls: [{ ...zoom, telepathy: 'enabled' }] })).toEqual([
    ['privacyAccessControls[0].telepathy', 'unknown'],
  ]);
});

test('privacy controls of equally strong policies unite', () => {
  const policy = (number: number, identifier: string) =>
    assigned(
      compiled({ privacyAccessControls: [{ ...zoom, identifier, accessibility: 'enabled' }] }, number),
      {
        kind: 'allDevices',
      },
    );
  const [setting] = resolve('macOS', [policy(1, 'b'), policy(2, 'a')]).settings;
  expect(setting).toMatchObject({
    conflict: false,
    value: { Accessibility: [{ Identifier: 'a' }, { Identifier: 'b' }] },
    losers: [{ why: 'combined' }],
  });
});
