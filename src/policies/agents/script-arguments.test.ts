import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Device } from '../../devices/index.ts';
import type { User } from '../../directory/index.ts';
import type { Id } from '../../kernel/id.ts';
import { fillIn, type PlaceholderSource } from './placeholders.ts';
import { argumentsOn, processedArguments, splitArguments } from './script-arguments.ts';

const device = {
  id: '019536c7-1234-8abc-8000-000123456789' as Id,
  displayName: 'Front "desk" $(reboot)',
  serialNumber: 'PF-123',
  imei: null,
  platformId: null,
  segment: 0,
  tags: ['lab', 'kiosk'],
  summary: { os: 'Windows', osVersion: '10.0.26100.1' },
} as unknown as Device;

const user = {
  id: '019536c7-1234-8abc-8000-000123456780' as Id,
  email: 'ana@example.com',
  name: null,
  language: 'es',
  metadata: { costCenter: 'c-1', 'floor.room': 3, list: [] },
} as unknown as User;

const source: PlaceholderSource = { device, user };
const filled = (text: string, of = source) => {
  const result = fillIn(text, of);
  return 'text' in result ? result.text : result;
};

test.each([
  ['plain', 'plain'],
  ['{{device.id}}', '019536c71234abc123456789'],
  ['{{device.serialNumber}}/{{ device.os }}', 'PF-123/Windows'],
  ['{{device.tags}} {{device.segmentId}}', 'lab,kiosk 0'],
  ['{{user.email}} {{user.language}}', 'ana@example.com es'],
  ['{{user.costCenter}} {{user.floor.room}}', 'c-1 3'],
  ['{ {x} } {{', '{ {x} } {{'],
])('%s is %s', (text, expected) => {
  expect(filled(text)).toBe(expected);
});

test.each([
  ['{{device.colour}}', /^\{\{device.colour\}\} is not known: of device there are id, displayName, .*\.$/],
  ['{{device.toString}}', /is not known/],
  ['{{device.}}', /is not known/],
  ['{{user.nothing}}', /is not known/],
  ['{{user.list}}', /is not known/],
  ['{{user.constructor}}', /is not known/],
  ['{{colour}}', /placeholders are \{\{device\.…\}\} and \{\{user\.…\}\}/],
  ['{{}}', /is not known/],
  ['{{smart_attribute.site}}', /smart attribute, which this server does not have/],
  ['{{device.imei}}', /stands for nothing: the device has no imei/],
  [
    '{{user.name}} {{device.x}}',
    /\{\{user.name\}\} stands for nothing: the user has no name; \{\{device.x\}\} is/,
  ],
])('%s is an error that says so', (text, message) => {
  expect(filled(text)).toEqual({ error: expect.stringMatching(message) });
});

test('of a device without a user nothing of a user can be said', () => {
  expect(filled('{{user.email}}', { device, user: undefined })).toEqual({
    error: '{{user.email}} stands for nothing: the device has no user.',
  });
});

test.each([
  ['', []],
  ['  a  b\tc\n', ['a', 'b', 'c']],
  [
    String.raw`-Path C:\Temp "C:\Program Files\x" 'it "is"'`,
    ['-Path', 'C:\\Temp', 'C:\\Program Files\\x', 'it "is"'],
  ],
  [String.raw`"say \"hi\"" ''`, ['say "hi"', '']],
  ['a"b c"d', ['ab cd']],
  ['{{ device.os }} "{{ user.email }}"', ['{{ device.os }}', '{{ user.email }}']],
])('%j is taken apart', (text, list) => {
  expect(splitArguments(text)).toEqual({ list });
});

test('a quotation that does not end is an error', () => {
  expect(splitArguments('a "b')).toEqual({ error: 'The arguments have a " that does not end.' });
});

test('what stands in a placeholder never makes another argument', () => {
  expect(argumentsOn('-Name {{device.displayName}} "x {{device.tags}}"', source)).toEqual({
    list: ['-Name', 'Front "desk" $(reboot)', 'x lab,kiosk'],
  });
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), (serialNumber) => {
      const of = { device: { ...device, serialNumber }, user };
      expect(argumentsOn('-s {{device.serialNumber}} -t', of)).toEqual({ list: ['-s', serialNumber, '-t'] });
    }),
  );
});

test('any text is taken apart or refused, and quoting brings any word through', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', '{', '}', '\n') }), (text) => {
      const result = splitArguments(text);
      expect('list' in result || result.error.length > 0).toBe(true);
      const words = 'list' in result ? result.list : [];
      expect(words.join('').length).toBeLessThanOrEqual(text.length);
    }),
  );
  const word = fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', '\n', 'é') });
  fc.assert(
    fc.property(fc.array(word), (words) => {
      expect(splitArguments(words.map((one) => `'${one}'`).join(' '))).toEqual({ list: words });
    }),
  );
});

test('the text that Applivery tells is filled in as a whole, or not at all', () => {
  expect(processedArguments('-s "{{device.serialNumber}}"', source)).toBe('-s "PF-123"');
  expect(processedArguments('{{device.imei}}', source)).toBeUndefined();
  expect(processedArguments(undefined, source)).toBeUndefined();
});
