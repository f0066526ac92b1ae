import { choice, groupPolicy, number, policyArea, text } from '../declare.ts';

/**
 * Passwords of local accounts and the lock screen. Of the Exchange ActiveSync kind: 0 switches something on.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-devicelock
 */
export const deviceLock = policyArea('DeviceLock', {
  DevicePasswordEnabled: choice(
    { 0: 'Enabled', 1: 'Disabled' },
    { title: 'DeviceLock: password required (0 is yes)', default: 1, combine: 'smaller' },
  ),
  AllowSimpleDevicePassword: choice({ 0: 'Not allowed', 1: 'Allowed' }, { default: 1, combine: 'smaller' }),
  AlphanumericDevicePasswordRequired: choice(
    {
      0: 'Password or alphanumeric PIN',
      1: 'Password or numeric PIN',
      2: 'Password, numeric or alphanumeric PIN',
    },
    { default: 2, combine: 'smaller' },
  ),
  DevicePasswordExpiration: number([0, 730], { default: 0, combine: 'smallerUnlessZero' }),
  DevicePasswordHistory: number([0, 50], { default: 0, combine: 'larger' }),
  MaxDevicePasswordFailedAttempts: number([0, 999], { default: 0, combine: 'smallerUnlessZero' }),
  MaxInactivityTimeDeviceLock: number([0, 999], { default: 0, combine: 'smallerUnlessZero' }),
  MinDevicePasswordComplexCharacters: choice(
    {
      1: 'Digits',
      2: 'Digits and lower case',
      3: 'Digits, lower and upper case',
      4: 'And special characters',
    },
    { default: 1, combine: 'larger' },
  ),
  MinDevicePasswordLength: number([4, 16], { default: 4, combine: 'larger' }),
  MinimumPasswordAge: number([0, 998]),
  MaximumPasswordAge: number([0, 999]),
  PreventEnablingLockScreenCamera: groupPolicy(),
  PreventLockScreenSlideShow: groupPolicy(),
  ScreenTimeoutWhileLocked: number([10, 1800], { default: 10 }),
  EnforceLockScreenAndLogonImage: text(),
  ClearTextPassword: number([0, 1]),
  PasswordComplexity: number([0, 1]),
});
