import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseLocUri } from './loc-uri.ts';

const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera';

test.each([
  [camera, camera],
  ['./Vendor/MSFT/Policy/Config/Camera/AllowCamera', camera],
  ['  ./Vendor/MSFT/Policy/Config/Camera/AllowCamera \n', camera],
  ['Vendor/MSFT/Policy/Config/Camera /AllowCamera/', camera],
  ['/Device//Vendor/MSFT/Policy/Config/Camera/AllowCamera', camera],
  [
    './User/Vendor/MSFT/Policy/Config/Start/HideAppList',
    './User/Vendor/MSFT/Policy/Config/Start/HideAppList',
  ],
  ['./DevDetail/Ext/DeviceName', './DevDetail/Ext/DeviceName'],
  ['./Vendor/MSFT/VPNv2/My VPN', './Device/Vendor/MSFT/VPNv2/My%20VPN'],
  ['./Vendor/MSFT/VPNv2/My%20VPN', './Device/Vendor/MSFT/VPNv2/My%20VPN'],
  ['./Vendor/MSFT/MSI/{AB-1}/x', './Device/Vendor/MSFT/MSI/%7BAB-1%7D/x'],
  ['./Vendor/MSFT/MSI/%7bAB-1%7d/x', './Device/Vendor/MSFT/MSI/%7BAB-1%7D/x'],
  ['./Vendor/MSFT/a%2Fb', './Device/Vendor/MSFT/a%2Fb'],
  ['./Vendor/MSFT/100%', './Device/Vendor/MSFT/100%25'],
  ['./Vendor/MSFT/Policy/Config/App~Policy~Cat', './Device/Vendor/MSFT/Policy/Config/App~Policy~Cat'],
  ['', '.'],
  ['./Vendor', './Device/Vendor'],
])('%j is %j', (written, locUri) => {
  expect(normaliseLocUri(written)).toEqual({ locUri, key: locUri.toLowerCase() });
});

test('what is normal stays', () => {
  const segment = fc.oneof(fc.string(), fc.constantFrom('.', ' Vendor', 'MSFT', '%', '%41', '%2F', '\ud800'));
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
      const once = normaliseLocUri(segments.join('/'));
      expect(normaliseLocUri(once.locUri)).toEqual(once);
    }),
  );
});

test('a path that is normal already is read as any other is', () => {
  const segment = fc.oneof(
    fc.stringMatching(/^[\w.!~*'()-]{1,4}$/),
    fc.constantFrom('.', 'Vendor', 'vendor'),
  );
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 4 }), (segments) => {
      const path = ['.', ...segments].join('/');
      expect(normaliseLocUri(path)).toEqual(normaliseLocUri(` ${path}`));
    }),
  );
});

test('letters in another case are the same node', () => {
  expect(normaliseLocUri(camera.toUpperCase()).key).toBe(normaliseLocUri(camera).key);
});
