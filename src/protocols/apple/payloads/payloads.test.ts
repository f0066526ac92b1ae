import { expect, test } from 'vitest';
import { writePlist } from '../../../kernel/plist/write-plist.ts';
import { appleKeys } from '../../../policies/engine/apple/keys.ts';
import { appleItemOf } from '../../../policies/index.ts';
import { payloadOfType } from './index.ts';
import { plistOfJson } from './plist-of-json.ts';

test('every key of the engine has a payload that carries it', () => {
  const types = new Set(appleKeys.map((key) => appleItemOf({ key })));
  expect(types.size).toBe(6);
  for (const type of types) expect(payloadOfType(type), type).toMatchObject({ type });
});

test('the keys that are named as reals exist', () => {
  const reals = [...new Set(appleKeys.map((key) => appleItemOf({ key })))].flatMap((type) =>
    (payloadOfType(type)?.reals ?? []).map((name) => `${type}/${name}`),
  );
  expect(reals).toEqual(['com.apple.applicationaccess/safariAcceptCookies']);
  for (const key of reals) expect(appleKeys).toContain(key);
});

test('JSON as a property list holds it', () => {
  const value = { b: [1, 1.5, null, { z: null }], a: true, none: null, '10': 'text' };
  const held = plistOfJson(value);
  expect(writePlist(held!).split('\n').slice(3, -2).join('').replaceAll('\t', '')).toBe(
    '<dict><key>10</key><string>text</string><key>a</key><true/><key>b</key>' +
      '<array><integer>1</integer><real>1.5</real><dict/></array></dict>',
  );
  expect(plistOfJson(null)).toBeUndefined();
});
