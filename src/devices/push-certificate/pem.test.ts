import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePemBody, encodePem, pemBlocks } from './pem.ts';

test('what is encoded is found and decoded again, whatever stands around it', () => {
  const prose = fc.string().filter((text) => !text.includes('-'));
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), prose, prose, (bytes, before, after) => {
      const blocks = pemBlocks(`${before}${encodePem('SOME THING', bytes)}${after}`);
      expect(blocks).toMatchObject([{ label: 'SOME THING', complete: true }]);
      expect(decodePemBody(blocks[0]!.body)).toEqual(Buffer.from(bytes));
    }),
  );
});

test('lines have 64 characters, the last one fewer', () => {
  expect(encodePem('A', new Uint8Array(50))).toBe(
    `-----BEGIN A-----\n${'A'.repeat(64)}\nAAA=\n-----END A-----\n`,
  );
});

test.each([
  ['no END', '-----BEGIN A-----\nAAAA\n'],
  ['the END of another label', '-----BEGIN A-----\nAAAA\n-----END B-----\n'],
  ['a BEGIN in its place', '-----BEGIN A-----\nAAAA\n-----BEGIN A-----\n'],
])('a block with %s is incomplete', (_, text) => {
  expect(pemBlocks(text)[0]).toEqual({ label: 'A', body: '', complete: false });
});

test('an END alone is no block', () => {
  expect(pemBlocks('AAAA\n-----END A-----\n')).toEqual([]);
});

test('two blocks in one text are told apart', () => {
  const text = encodePem('A', Buffer.from('first')) + encodePem('B', Buffer.from('second'));
  expect(pemBlocks(text).map(({ label, body }) => [label, decodePemBody(body)?.toString()])).toEqual([
    ['A', 'first'],
    ['B', 'second'],
  ]);
});

test.each(['', '  \n', 'AAA', 'AA=A', 'AAAA=', 'AA\\nAA==', 'AA-_', 'Ä'])('%j is not base64', (body) => {
  expect(decodePemBody(body)).toBeUndefined();
});
