import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../../../kernel/fault.ts';
import { models } from '../model/model.ts';
import { parseQuery, type QueryRules } from './query.ts';

const rules: QueryRules = {
  model: models['v1.0'],
  type: 'microsoft.graph.deviceConfiguration',
  options: ['select', 'top', 'skip', 'filter', 'orderby', 'expand', 'count', 'skiptoken', 'format'],
  maxTop: 1000,
  expandable: ['assignments'],
};
const parse = (text: string, more: Partial<QueryRules> = {}) =>
  parseQuery({ ...rules, ...more }, new URLSearchParams(text));

test('every option, with and without its dollar', () => {
  const text =
    'select=id,displayName&$top=999&$skip=0&$count=TRUE&expand=assignments&$skiptoken=abc&$format=application/json;odata.metadata=full';
  expect(parse(text)).toEqual({
    select: ['id', 'displayName'],
    top: 999,
    skip: 0,
    count: true,
    expand: ['assignments'],
    skipToken: 'abc',
    format: 'full',
  });
  expect(parse('')).toEqual({});
});

test('a plus is a space', () => {
  expect(parse("$filter=displayName+eq+'a'&$orderby=displayName+desc,version")).toMatchObject({
    filter: { kind: 'compare', operator: 'eq', value: 'a' },
    orderBy: [{ descending: true }, { descending: false }],
  });
});

test('a star selects all', () => {
  expect(parse('$select=*')).toEqual({});
});

test.each([
  ['$search=x', "'$search' is not supported by the service. Supported query options here: $select, $top"],
  ['api-version=5', "'api-version' is not supported by the service."],
  ['$top=1&top=2', "The query option '$top' must be given once only."],
  ['$top=-1', "'$top' must be a whole number from 0 to 1000, not '-1'."],
  ['$top=1.5', 'must be a whole number'],
  ['$top=', 'must be a whole number'],
  ['$top=99999999999999999999', 'must be a whole number'],
  [
    '$top=1001',
    "The limit of '1000' for '$top' has been exceeded. The value from the incoming request is '1001'.",
  ],
  ['$skip=2147483648', "The limit of '2147483647' for '$skip' has been exceeded."],
  ['$count=1', "'$count' must be true or false, not '1'."],
  ['$select=id,', "'$select' must be names with commas between them."],
  ['$select=Color', "Could not find a property named 'Color' on type 'microsoft.graph.deviceConfiguration'."],
  ['$select=roleScopeTagIds', 'It exists in beta only.'],
  ['$expand=members', "Could not find a navigation property named 'members'"],
  [
    '$expand=assignments($select=id)',
    "Options in parentheses after 'assignments' are not supported in '$expand'.",
  ],
  ['$skiptoken=', "'$skiptoken' must be what an '@odata.nextLink' has in it."],
  ['$format=atom', "'$format' must be json, not 'atom'."],
  ['$filter=%00', 'has a control character in it'],
])('%s is refused', (text, message) => {
  expect(() => parse(text)).toThrow(message);
});

test('an option the route does not have is refused by its name', () => {
  expect(() => parse('$skip=5', { options: ['select'] })).toThrow(
    "'$skip' is not supported by the service. Supported query options here: $select.",
  );
  expect(() => parse('$top=5', { options: [] })).toThrow('Supported query options here: none.');
});

test('every bad option is told', () => {
  try {
    parse('$top=x&$select=Color&$search=y');
    expect.unreachable();
  } catch (error) {
    expect((error as Fault).violations.map(({ path }) => path)).toEqual(['$top', '$select', '$search']);
  }
});

test('no query string makes anything but a query or a fault', () => {
  const name = fc.oneof(
    fc.constantFrom(...rules.options, '$filter', '$select', '__proto__', 'constructor'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string({ unit: 'binary' })), { maxLength: 4 }), (pairs) => {
      try {
        parseQuery(rules, new URLSearchParams(pairs));
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
    }),
  );
});
