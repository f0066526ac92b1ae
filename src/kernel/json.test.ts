import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from './fault.ts';
import { parseJson } from './json.ts';

function refusal(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof Fault) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
}

test('what JSON.stringify writes is read back unchanged', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value);
      const expected: unknown = JSON.parse(text);
      if (/\\u0000|\\ud[89a-f]|__proto__|e\+|\d{16}/i.test(text)) return;
      expect(parseJson(text)).toEqual(expected);
    }),
  );
});

test.each([
  ['{', /^malformedBody The body is not valid JSON/],
  ['', /^malformedBody The body is not valid JSON/],
  ['{"a":1,"b":{"a":2},"a":3}', /^malformedBody The key 'a' appears twice/],
  ['{"a":1,"\\u0061":3}', /^malformedBody The key 'a' appears twice/],
  ['[{"a":1},{"a":[{"b":1,"b":2}]}]', /^malformedBody The key 'b' appears twice/],
  ['{"__proto__":{"admin":true}}', /^malformedBody The key '__proto__'/],
  ['{"a":["x","y\\u0000z"]}', /^invalidInput a\[1\]: contains a NUL/],
  ['{"a\\u0000b":1}', /^invalidInput .*has a name that contains a NUL/],
  ['{"a":"\\ud800"}', /^invalidInput a: contains half/],
  ['{"a":1e999}', /^invalidInput a: is too large/],
  ['{"a":12345678901234567890}', /^invalidInput a: is an integer beyond/],
  ['['.repeat(65) + ']'.repeat(65), /^malformedBody .*64 levels/],
  ['['.repeat(100_000), /^malformedBody/],
])('%s is refused', (text, expected) => {
  expect(refusal(text)).toMatch(expected);
});

test('the same key in different objects, and quotes and braces inside strings, are fine', () => {
  expect(refusal('[{"a":1},{"a":2},{"b":{"a":3},"c":"{\\"a\\":1,\\"a\\":2"}]')).toBe('accepted');
});

test.each(['{"clientSecret": hunter2}', '{"clientSecret": "hunter2', '["hunter2" "hunter2"]', 'hunter2'])(
  'the refusal of %s repeats nothing of it',
  (text) => {
    expect(refusal(text)).toMatch(/^malformedBody The body is not valid JSON: .{5,}\.$/);
    expect(refusal(text)).not.toContain('unter2');
  },
);
