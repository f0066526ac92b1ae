import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../test/support/server.ts';
import { Secret } from '../kernel/secret.ts';
import { audit, differences, listAuditEvents, type AuditedChange } from './audit.ts';

let server: TestServer;
let other: Tenant;
beforeAll(async () => {
  server = await testServer();
  other = await server.addTenant('other');
});
afterAll(() => server[Symbol.asyncDispose]());

const changed: AuditedChange = {
  action: 'group.update',
  target: { type: 'group', id: 'g1', name: 'Sales' },
  before: { name: 'Sale', size: 1 },
  after: { name: 'Sales', size: 1 },
};

const record = (change: AuditedChange, tenant = server.tenant) =>
  server.change(tenant, (context) => audit(context, change));
const list = (filter: Parameters<typeof listAuditEvents>[1], tenant = server.tenant) =>
  server.change(tenant, (context) => listAuditEvents(context, filter));

test('only what differs is told, each side with its own', () => {
  expect(
    differences(
      { same: 1, list: [1, 2], gone: 'x', at: new Date(0) },
      { same: 1, list: [2, 1], new: null, at: new Date(0) },
    ),
  ).toEqual({ before: { list: [1, 2], gone: 'x' }, after: { list: [2, 1], new: null } });
  expect(differences(null, { a: 1, b: undefined, at: new Date(0) })).toEqual({
    before: null,
    after: { a: 1, at: '1970-01-01T00:00:00.000Z' },
  });
  expect(differences({ a: { b: 1 } }, null)).toEqual({ before: { a: { b: 1 } }, after: null });
});

test('a secret is told as changed, and not at all when it is the same', () => {
  const before = { secret: new Secret('old one'), other: 1 };
  expect(differences(before, { secret: new Secret('new one'), other: 1 })).toEqual({
    before: { secret: 'changed' },
    after: { secret: 'changed' },
  });
  expect(differences(before, { secret: new Secret('old one'), other: 2 })).toEqual({
    before: { other: 1 },
    after: { other: 2 },
  });
  expect(differences(before, { secret: null, other: 1 })).toEqual({
    before: { secret: 'changed' },
    after: { secret: null },
  });
});

test('a secret inside a value is compared and masked too', () => {
  const settings = (text: string) => ({ settings: { user: 'ann', password: new Secret(text) } });
  expect(differences(settings('one'), settings('one'))).toEqual({ before: {}, after: {} });
  const masked = { settings: { user: 'ann', password: '[secret]' } };
  expect(differences(settings('one'), settings('two'))).toEqual({ before: masked, after: masked });
  const list = (text: string) => ({ list: [new Secret(text)] });
  expect(differences(list('one'), list('two'))).toEqual({
    before: { list: ['[secret]'] },
    after: { list: ['[secret]'] },
  });
});

test('who, when, what, and in which request', async () => {
  await record({ ...changed, warning: 'look twice' });
  expect(await list({ targetId: 'g1', limit: 10 })).toEqual([
    {
      id: expect.any(String),
      at: server.now(),
      actor: { kind: 'operator', id: null, name: 'operator' },
      action: 'group.update',
      target: { type: 'group', id: 'g1', name: 'Sales' },
      before: { name: 'Sale' },
      after: { name: 'Sales' },
      warning: 'look twice',
      requestId: 'test',
    },
  ]);
});

test('an event is written with its change or not at all', async () => {
  const failing = server.change(server.tenant, async (context) => {
    await audit(context, { ...changed, target: { type: 'group', id: 'undone' } });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await list({ targetId: 'undone', limit: 10 })).toEqual([]);
});

test('a list is newest first, of its organization alone, filtered and in parts', async () => {
  for (const id of ['a', 'b', 'a']) await record({ ...changed, target: { type: 'walked', id } });
  await record({ ...changed, target: { type: 'walked', id: 'a' } }, other);
  const all = await list({ targetType: 'walked', limit: 10 });
  expect(all.map(({ target }) => target.id)).toEqual(['a', 'b', 'a']);
  expect(all.map(({ id }) => id)).toEqual(
    all
      .map(({ id }) => id)
      .sort()
      .toReversed(),
  );
  expect(await list({ targetType: 'walked', targetId: 'b', limit: 10 })).toEqual([all[1]]);
  expect(await list({ targetType: 'walked', limit: 2 })).toEqual(all.slice(0, 2));
  expect(await list({ targetType: 'walked', olderThan: all[1]!.id, limit: 2 })).toEqual(all.slice(2));
});
