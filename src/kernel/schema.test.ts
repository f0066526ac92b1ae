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

test('a value other than the only one possible is refused', () => {
  const single = validator(Type.Object({ type: Type.Literal('policy') }));
  expect(single.violations({ type: 'policy' })).toEqual([]);
  expect(single.violations({ type: 'other' })).toEqual([
    { path: 'type', message: 'must be one of "policy"' },
  ]);
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
