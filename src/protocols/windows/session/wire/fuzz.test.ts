import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mutationsOf } from '../../../../../test/support/mutations.ts';
import { Fault } from '../../../../kernel/fault.ts';
import { ofTestClient, package1, package3 } from './fixtures/messages.ts';
import { readMessage } from './read-message.ts';

/** Of each message there are two kinds of inputs. */
const numRuns = Math.ceil(Number(process.env['FUZZ_RUNS'] ?? 6_000) / 6);

function refusalsAmong(inputs: fc.Arbitrary<Uint8Array>): number {
  let refused = 0;
  fc.assert(
    fc.property(inputs, (bytes) => {
      try {
        // What is read can be stored.
        expect(JSON.stringify(readMessage(bytes))).not.toContain('\\u0000');
      } catch (error) {
        refused++;
        if (!(error instanceof Fault) || error.code !== 'malformedBody') throw error;
      }
    }),
    { numRuns, seed: randomInt(2 ** 31) },
  );
  return refused;
}

/** The message with some of its elements gone, twice there, called like others, or with another text. */
function rearranged(message: string): fc.Arbitrary<Buffer> {
  const pieces = message.split(/(?=<)/);
  const change = fc.record({
    kind: fc.constantFrom('remove', 'repeat', 'swap', 'text'),
    at: fc.nat(pieces.length - 1),
    other: fc.nat(pieces.length - 1),
    text: fc.oneof(fc.string({ unit: 'binary', maxLength: 9 }), fc.constantFrom('-1', '1e9', '&b;', ']]>')),
  });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const changed = [...pieces];
    for (const { kind, at, other, text } of changes) {
      if (kind === 'remove') changed[at] = '';
      else if (kind === 'repeat') changed[at] = `${changed[at]}${changed[at]}`;
      else if (kind === 'swap') [changed[at], changed[other]] = [changed[other]!, changed[at]!];
      else changed[at] = changed[at]!.replace(/>.*$/s, () => `>${text}`);
    }
    return Buffer.from(changed.join(''));
  });
}

test.each([
  ['package 1', package1],
  ['package 3', package3],
  ['the message of a test client', ofTestClient],
])(
  '%s with changes is read or refused',
  (_, message) => {
    for (const inputs of [mutationsOf(Buffer.from(message)), rearranged(message)]) {
      const refused = refusalsAmong(inputs);
      expect(refused).toBeGreaterThan(numRuns / 20);
      expect(refused).toBeLessThan(numRuns);
    }
  },
  300_000,
);
