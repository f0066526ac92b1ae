import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOfBase64, textOfBase64 } from './base64.ts';

test('any bytes, in every way of writing them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (array) => {
      const bytes = Buffer.from(array);
      const text = bytes.toString('base64');
      const lines = text.replaceAll(/.{4}/g, '$&\r\n');
      for (const written of [text, bytes.toString('base64url'), lines]) {
        expect(bytesOfBase64(written)).toEqual(bytes);
      }
    }),
  );
});

test.each(['A', 'AA=A', 'AAAA=', 'AA===', '====', 'not base64!', 'AB', 'ÄÄÄÄ', '*'])(
  '%j is not Base64',
  (text) => {
    expect(bytesOfBase64(text)).toBeUndefined();
  },
);

test('text is UTF-8, its byte order mark is left out', () => {
  expect(textOfBase64(Buffer.from('\ufeffä😀').toString('base64'))).toBe('ä😀');
  expect(textOfBase64('/w==')).toBeUndefined();
  expect(textOfBase64('!')).toBeUndefined();
});
