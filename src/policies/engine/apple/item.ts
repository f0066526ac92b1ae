import type { Setting } from '../setting.ts';

const wholeProfile = 'profile/';

/**
 * The name of what an Apple device is sent as one: the payload type for a key of a payload (`com.apple.domains`), because a profile is
 * replaced as a whole; for a whole profile the setting's own key (`profile/com.example.wifi`).
 */
export function appleItemOf({ key }: Pick<Setting, 'key'>): string {
  return key.startsWith(wholeProfile) ? key : key.slice(0, key.indexOf('/'));
}
