import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { validator } from './schema.ts';

const policy = validator(
  Type.Object({
    name: Type.String({ maxLength: 5 }),
    kind: Type.Optional(Type.Enum(['a', 'b'])),
    scope: Type.Optional(Type.Union([Type.Literal('user'), Type.Literal('system')])),
    assignments: Type.Optional(Type.Array(Type.Object({ priority: Type.Integer({ minimum: 0 }) }))),
  }),
);

test('every violation is told, with its place', () => {
  const input = { name: 'too long', assignments: [{ priority: -1 }, {}], kind: 'c', scope: 'x' };
  const found = policy.violations(input).map(({ path, message }) => `${path} ${message}`);
  expect(found.sort()).toEqual([
    'assignments[0].priority must be >= 0',
    'assignments[1].priority is required',
    'kind must be one of "a", "b"',
    'name must not have more than 5 characters',
    'scope must be one of "user", "system"',
  ]);
  expect(policy.violations(null)[0]?.path).toBe('body');
});

test('a pattern is told in the words that its schema has for it', () => {
  const id = { pattern: '^[a-f0-9]{4}$', 'x-takes': 'an id of 4 hexadecimal digits' };
  const named = validator(
    Type.Object({ ids: Type.Array(Type.String(id)), code: Type.Optional(Type.String({ pattern: '^x' })) }),
  );
  expect(named.violations({ ids: ['00ff', 'me'], code: 'y' })).toEqual([
    { path: 'ids[1]', message: 'must be an id of 4 hexadecimal digits' },
    { path: 'code', message: 'must match pattern "^x"' },
  ]);
});

test('a value other than the only one possible is refused', () => {
  const single = validator(Type.Object({ type: Type.Literal('policy') }));
  expect(single.violations({ type: 'policy' })).toEqual([]);
  expect(single.violations({ type: 'other' })).toEqual([
    { path: 'type', message: 'must be one of "policy"' },
  ]);
});

test('what may be of several kinds is refused once, by the kind that is meant', () => {
  const several = validator(
    Type.Object({
      uses: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
      value: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
      joined: Type.Optional(Type.Union([Type.Object({ issuer: Type.String() }), Type.Null()])),
      scope: Type.Optional(Type.Union([Type.Literal('user'), Type.Literal('system'), Type.Null()])),
    }),
  );
  const said = (value: object) => several.violations(value).map(({ path, message }) => `${path} ${message}`);
  expect(said({ uses: 0 })).toEqual(['uses must be >= 1']);
  expect(said({ uses: 'x' })).toEqual(['uses must be integer or null']);
  expect(said({ value: [] })).toEqual(['value must be string or number or boolean']);
  expect(said({ joined: {} })).toEqual(['joined.issuer is required']);
  expect(said({ joined: 1 })).toEqual(['joined must be object or null']);
  expect(said({ scope: 'x' })).toEqual(['scope must be one of "user", "system" or null']);
  expect(said({ uses: null, joined: null, scope: null, value: '' })).toEqual([]);
});

test('reading drops properties that the schema does not have and leaves the input as it was', () => {
  const input = { name: 'a', extra: 1 };
  expect(policy.read(input)).toEqual({ name: 'a' });
  expect(() => policy.read({})).toThrow('name: is required');
});

test('a property that a closed object does not have is told once, by its name', () => {
  const closed = validator(Type.Object({ name: Type.String() }, { additionalProperties: false }));
  expect(closed.violations({ name: 'a', nmae: 'b' })).toEqual([
    { path: 'nmae', message: 'is not a known property' },
  ]);
});

test('text from a URL is read where it is the one plain spelling of what is meant', () => {
  const query = validator(
    Type.Object({
      page: Type.Optional(Type.Integer()),
      share: Type.Optional(Type.Number()),
      deleted: Type.Optional(Type.Boolean()),
      tags: Type.Optional(Type.Array(Type.String())),
      segment: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
    }),
  );
  expect(query.readText({ page: '-12', share: '1.50', deleted: 'false', tags: 'a', segment: '1' })).toEqual({
    page: -12,
    share: 1.5,
    deleted: false,
    tags: ['a'],
    segment: '1',
  });
  for (const page of ['1.5', 'true', '1e1', '0x10', ' 5', '', '01', 'NaN', '9'.repeat(400)]) {
    expect(() => query.readText({ page }), page).toThrow('page: ');
  }
  for (const deleted of ['1', 'yes', 'TRUE', '']) {
    expect(() => query.readText({ deleted }), deleted).toThrow('deleted: ');
  }
});
