import type { PayloadDefinition } from './payload.ts';

/** @see https://developer.apple.com/documentation/devicemanagement/passcode */
export const passwordPolicy: PayloadDefinition = {
  type: 'com.apple.mobiledevice.passwordpolicy',
  displayName: 'Passcode',
};
