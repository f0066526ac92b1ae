import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from '../kernel/secret.ts';
import { secretBox } from './secret-box.ts';

const box = secretBox(randomBytes(32), randomBytes);

test('a sealed secret opens for its own purpose only', () => {
  const sealed = box.seal(new Secret('pä$$word'), 'table.column:1');
  expect(sealed.includes('word')).toBe(false);
  expect(box.open(sealed, 'table.column:1').reveal()).toBe('pä$$word');
  expect(() => box.open(sealed, 'table.column:2')).toThrow(/table.column:2.*MUSTER_SECRET_KEY/);
});

test('two seals of one secret differ', () => {
  const secret = new Secret('same');
  expect(box.seal(secret, 'p').equals(box.seal(secret, 'p'))).toBe(false);
});

test('another key, and any changed byte, are refused', () => {
  const sealed = box.seal(new Secret('x'), 'p');
  expect(() => secretBox(randomBytes(32), randomBytes).open(sealed, 'p')).toThrow('MUSTER_SECRET_KEY');
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    expect(() => box.open(changed, 'p')).toThrow('MUSTER_SECRET_KEY');
  }
  expect(() => box.open(Buffer.alloc(0), 'p')).toThrow('MUSTER_SECRET_KEY');
});

test('what a text is authenticated by is the same each time, and another for another text, purpose or key', () => {
  const made = box.authenticate('text', 'p').toString('hex');
  expect(box.authenticate('text', 'p').toString('hex')).toBe(made);
  const others = [
    box.authenticate('text ', 'p'),
    box.authenticate('text', 'q'),
    box.authenticate('', 'ptext'),
    secretBox(randomBytes(32), randomBytes).authenticate('text', 'p'),
  ];
  expect(others.map((other) => other.toString('hex'))).not.toContain(made);
});

test('a secret does not print itself', () => {
  const secret = new Secret('hunter2');
  const printed = [String(secret), JSON.stringify({ secret }), inspect({ secret }), inspect(secret)];
  for (const text of printed) expect(text).not.toContain('hunter2');
});
