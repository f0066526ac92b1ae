import { expect, test } from 'vitest';
import { appleItemOf } from './item.ts';

test.each([
  ['com.apple.domains/EmailDomains', 'com.apple.domains'],
  ['com.apple.vendor/a/key/with/slashes', 'com.apple.vendor'],
  ['profile/com.example.wifi', 'profile/com.example.wifi'],
  ['profile/com.example/wifi', 'profile/com.example/wifi'],
])('%s is sent as a part of %s', (key, item) => {
  expect(appleItemOf({ key })).toBe(item);
});
