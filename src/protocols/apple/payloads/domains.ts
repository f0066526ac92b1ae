import type { PayloadDefinition } from './payload.ts';

/** @see https://developer.apple.com/documentation/devicemanagement/domains */
export const domains: PayloadDefinition = {
  type: 'com.apple.domains',
  displayName: 'Managed domains',
};
