import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptOutput } from './output.ts';

test('what fits is kept whole; else the first half and the last, with how much is left out', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 50 }).map((half) => half * 2),
      (chunks, limit) => {
        // Letters alone, so that characters can be counted as octets.
        const letters = chunks.map((chunk) => Buffer.from(chunk.map((octet) => 97 + (octet % 26))));
        const output = keptOutput(limit);
        for (const chunk of letters) output.add(chunk);
        const all = Buffer.concat(letters).toString();
        const left = all.length - limit;
        expect(output.text()).toBe(
          left <= 0
            ? all
            : `${all.slice(0, limit / 2)}\n… ${left} octets left out …\n${all.slice(-limit / 2)}`,
        );
      },
    ),
  );
});

test('what is no text is marked, and can stand in JSON', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      const output = keptOutput(64);
      output.add(octets);
      const text = output.text();
      expect(text.isWellFormed()).toBe(true);
      expect(text).not.toContain('\0');
    }),
  );
  const output = keptOutput(64);
  output.add(Buffer.from([0x61, 0, 0xff, 0x62]));
  expect(output.text()).toBe('a\u{FFFD}\u{FFFD}b');
});

test('what was handed over may change afterwards', () => {
  const output = keptOutput(4);
  const chunk = Buffer.from('abcdef');
  output.add(chunk);
  chunk.fill('z');
  expect(output.text()).toBe('ab\n… 2 octets left out …\nef');
});
