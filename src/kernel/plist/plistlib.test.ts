import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plistValues } from './fixtures/random-values.ts';
import { parsePlist } from './parse-plist.ts';
import { isPlistArray, type PlistValue } from './plist-value.ts';
import { writePlist } from './write-plist.ts';

// Python's own implementation of property lists. Values travel as JSON in which each says its type.
const script = `
import base64, datetime, json, plistlib, sys

def untag(tagged):
    kind, value = tagged
    if kind == 'integer': return int(value)
    if kind == 'real': return float(value)
    if kind == 'date': return datetime.datetime.fromisoformat(value)
    if kind == 'data': return base64.b64decode(value)
    if kind == 'array': return [untag(item) for item in value]
    if kind == 'dict': return {key: untag(item) for key, item in value}
    return value

def tag(value):
    if isinstance(value, bool): return ['boolean', value]
    if isinstance(value, int): return ['integer', str(value)]
    if isinstance(value, float): return ['real', 'NaN' if value != value else repr(value)]
    if isinstance(value, datetime.datetime): return ['date', value.isoformat()]
    if isinstance(value, bytes): return ['data', base64.b64encode(value).decode()]
    if isinstance(value, list): return ['array', [tag(item) for item in value]]
    if isinstance(value, dict): return ['dict', [[key, tag(item)] for key, item in value.items()]]
    return ['string', value]

for line in sys.stdin:
    tagged, written = json.loads(line)
    value = untag(tagged)
    forms = [plistlib.dumps(value, fmt=form, sort_keys=False) for form in (plistlib.FMT_XML, plistlib.FMT_BINARY)]
    print(json.dumps([tag(plistlib.loads(written.encode())), *(base64.b64encode(form).decode() for form in forms)]))
`;

type Tagged = readonly [string, unknown];

function tagged(value: PlistValue): Tagged {
  if (typeof value === 'string') return ['string', value];
  if (typeof value === 'boolean') return ['boolean', value];
  if (typeof value === 'bigint') return ['integer', String(value)];
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && !Object.is(value, -0)
      ? ['integer', String(value)]
      : ['real', Object.is(value, -0) ? '-0.0' : String(value)];
  }
  if (value instanceof Date) return ['date', value.toISOString().replace('.000Z', '')];
  if (value instanceof Uint8Array) return ['data', Buffer.from(value).toString('base64')];
  if (isPlistArray(value)) return ['array', value.map(tagged)];
  return ['dict', Object.entries(value).map(([key, item]) => [key, tagged(item)])];
}

/** Both spell the same real, each in its way. */
function sameReals([kind, value]: Tagged): Tagged {
  if (kind === 'real')
    return [kind, value === 'inf' ? Infinity : value === '-inf' ? -Infinity : Number(value)];
  if (kind === 'array') return [kind, (value as Tagged[]).map(sameReals)];
  if (kind === 'dict')
    return [kind, (value as [string, Tagged][]).map(([key, item]) => [key, sameReals(item)])];
  return [kind, value];
}

const hasPython = spawnSync('python3', ['-c', 'import plistlib']).status === 0;

test.skipIf(!hasPython)("Python's plistlib reads what is written, and what it writes is read", () => {
  const batches = fc.array(plistValues, { minLength: 100, maxLength: 100, size: 'max' });
  fc.assert(
    fc.property(batches, (values) => {
      const input = values.map((value) => JSON.stringify([tagged(value), writePlist(value)])).join('\n');
      const { stdout, stderr } = spawnSync('python3', ['-c', script], { input, encoding: 'utf8' });
      expect(stderr).toBe('');
      const answers = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as [Tagged, string, string]);
      expect(answers.length).toBe(values.length);
      for (const [index, [read, xml, binary]] of answers.entries()) {
        expect(sameReals(read)).toEqual(sameReals(tagged(values[index]!)));
        expect(parsePlist(Buffer.from(binary, 'base64'))).toEqual(values[index]);
        // It writes carriage returns as line feeds.
        expect(tagged(parsePlist(Buffer.from(xml, 'base64')))).toEqual(
          withoutReturns(tagged(values[index]!)),
        );
      }
    }),
    { numRuns: 5 },
  );
});

function withoutReturns(value: Tagged): unknown {
  return JSON.parse(JSON.stringify(value), (_key, item: unknown) =>
    typeof item === 'string' ? item.replaceAll(/\r\n?/g, '\n') : item,
  );
}
