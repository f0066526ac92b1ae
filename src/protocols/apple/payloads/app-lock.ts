import type { PayloadDefinition } from './payload.ts';

/** @see https://developer.apple.com/documentation/devicemanagement/applock */
export const appLock: PayloadDefinition = {
  type: 'com.apple.app.lock',
  displayName: 'Single app mode',
};
