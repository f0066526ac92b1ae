import type { PayloadDefinition } from './payload.ts';

/** @see https://developer.apple.com/documentation/devicemanagement/privacypreferencespolicycontrol */
export const privacyPreferences: PayloadDefinition = {
  type: 'com.apple.TCC.configuration-profile-policy',
  displayName: 'Privacy preferences of apps',
};
