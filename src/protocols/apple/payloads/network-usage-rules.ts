import type { PayloadDefinition } from './payload.ts';

/** @see https://developer.apple.com/documentation/devicemanagement/networkusagerules */
export const networkUsageRules: PayloadDefinition = {
  type: 'com.apple.networkusagerules',
  displayName: 'Cellular data of apps',
};
