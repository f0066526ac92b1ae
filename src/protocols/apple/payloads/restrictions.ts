import type { PayloadDefinition } from './payload.ts';

/** @see https://developer.apple.com/documentation/devicemanagement/restrictions */
export const restrictions: PayloadDefinition = {
  type: 'com.apple.applicationaccess',
  displayName: 'Restrictions',
  reals: ['safariAcceptCookies'],
};
