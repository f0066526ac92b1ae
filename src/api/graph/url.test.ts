import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../../kernel/fault.ts';
import { matchPath, parsePath, pathTemplate } from './url.ts';

const assignments = 'deviceManagement/deviceConfigurations/{id}/assignments';
const match = (template: string, path: string) => matchPath(pathTemplate(template), parsePath(path));

test.each([
  '/deviceManagement/deviceConfigurations/a-1/assignments',
  'deviceManagement/deviceConfigurations/a-1/assignments/',
  '/deviceManagement//deviceConfigurations//a-1//assignments',
  "/deviceManagement/deviceConfigurations('a-1')/assignments",
  '/deviceManagement/deviceConfigurations(a-1)/assignments()',
  '/DEVICEMANAGEMENT/deviceconfigurations/a-1/Assignments',
  '/deviceManagement/deviceConfigurations(%27a-1%27)/assignments',
  '/deviceManagement/device%43onfigurations/a%2D1/assignments',
])('%s is a spelling of one path', (path) => {
  expect(match(assignments, path)).toEqual({ keys: ['a-1'], cast: undefined, parameters: new Map() });
});

test.each([
  ['/deviceManagement/deviceConfigurations/a-1', assignments],
  ['/deviceManagement/deviceConfigurations/a-1/assignments/b', assignments],
  ['/deviceManagement/deviceConfigurations/a-1/statuses', assignments],
  ['/deviceManagement', 'deviceManagement/deviceConfigurations'],
  ['/', 'deviceManagement'],
  ['/deviceManagement/deviceConfigurations/$count', 'deviceManagement/deviceConfigurations/{id}'],
  ["/devices(deviceId='x')", 'devices'],
  ["/groups('x')", 'groups'],
])('%s does not match %s', (path, template) => {
  expect(match(template, path)).toBeUndefined();
});

test('quotes in a key are doubled, slashes encoded', () => {
  expect(match('groups/{id}', "/groups('o''neil%2F1')")?.keys).toEqual(["o'neil/1"]);
  expect(match('groups/{id}', "/groups('')")?.keys).toEqual(['']);
  expect(match('groups/{id}', "/groups('$count')")?.keys).toEqual(['$count']);
});

test('casts are found after a collection, after a key and at the end', () => {
  const type = 'microsoft.graph.macOSGeneralDeviceConfiguration';
  expect(match('deviceConfigurations', `/deviceConfigurations/${type}`)?.cast).toBe(type);
  expect(match('deviceConfigurations/{id}', `/deviceConfigurations/1/${type}/`)).toMatchObject({
    keys: ['1'],
    cast: type,
  });
  expect(match('deviceConfigurations/{id}', `/deviceConfigurations/${type}/1`)).toMatchObject({
    keys: ['1'],
    cast: type,
  });
  expect(
    match('deviceConfigurations/{id}/assign', `/deviceConfigurations('1')/${type}/assign`),
  ).toMatchObject({ cast: type });
});

test('an operation may be qualified', () => {
  const found = match(
    'deviceConfigurations/{id}/assign',
    "/deviceConfigurations('1')/microsoft.graph.assign",
  );
  expect(found).toEqual({ keys: ['1'], cast: undefined, parameters: new Map() });
});

test.each(['/x/getValue', '/x/getValue()', "/x/microsoft.graph.getValue(a='1',B=2)"])(
  '%s is the function',
  (path) => {
    expect(match('x/getValue()', path)).toBeDefined();
  },
);

test('a function has parameters, an entity an alternate key', () => {
  const path = "/x/getValue(secretReferenceValueId='a,b=''c''',scope=2)";
  expect(match('x/getValue()', path)?.parameters).toEqual(
    new Map([
      ['secretreferencevalueid', "a,b='c'"],
      ['scope', '2'],
    ]),
  );
  expect(match('devices/{id}', "/devices(deviceId='x')")?.keys).toEqual([new Map([['deviceid', 'x']])]);
});

test.each([
  '/a/%',
  '/a/%zz',
  '/a/%c3%28',
  '/a/%00',
  '/a/b%0a',
  "/x('a",
  "/x('a''",
  "/x('a')b",
  '/(1)',
  "/x(a='1',a='2')",
  '/x(a=)',
  "/x('a','b')",
  '/x((1))',
  `/${'x'.repeat(4001)}`,
])('%s is refused', (path) => {
  expect(() => parsePath(path)).toThrow(Fault);
});

test('no path makes anything but pieces or a fault', () => {
  const piece = fc.oneof(
    fc.constantFrom('/', '(', ')', "'", ',', '=', '%', '%27', 'microsoft.graph.', 'a', '$count'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      try {
        matchPath(pathTemplate(assignments), parsePath(pieces.join('')));
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
    }),
  );
});

test('any key comes back from both spellings', () => {
  const key = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text));
  fc.assert(
    fc.property(key, (id) => {
      expect(
        match('groups/{id}', `/groups('${encodeURIComponent(id.replaceAll("'", "''"))}')`)?.keys,
      ).toEqual([id]);
    }),
  );
});
