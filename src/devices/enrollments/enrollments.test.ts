import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import { createUser } from '../../directory/index.ts';
import { Secret } from '../../kernel/secret.ts';
import { listAuditEvents } from '../../tenancy/index.ts';
import {
  createEnrollment,
  redeemEnrollment,
  removeEnrollment,
  type NewEnrollment,
} from './change-enrollment.ts';
import { newEnrollmentCode } from './code.ts';
import {
  findEnrollment,
  listEnrollments,
  requireEnrollment,
  type EnrollmentWithCode,
} from './enrollments.ts';
import { enrollmentTables } from './tables.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const create = (content: Partial<NewEnrollment> = {}) =>
  server.change(server.tenant, (context) =>
    createEnrollment(context, { platform: 'apple', code: newEnrollmentCode(randomBytes), ...content }),
  );
const redeem = ({ id }: EnrollmentWithCode) =>
  server.change(server.tenant, (context) => redeemEnrollment(context, id));
const withdraw = ({ id }: EnrollmentWithCode) =>
  server.change(server.tenant, (context) => removeEnrollment(context, id));

test('a code is 160 random bits as 32 letters and digits', () => {
  expect(newEnrollmentCode(() => Buffer.alloc(20)).reveal()).toBe('a'.repeat(32));
  expect(newEnrollmentCode(() => Buffer.alloc(20, 255)).reveal()).toBe('7'.repeat(32));
  // The test vector of RFC 4648, section 10, four times over.
  expect(newEnrollmentCode(() => Buffer.from('fooba'.repeat(4))).reveal()).toBe('mzxw6ytb'.repeat(4));
});

test('what was created is read with its code, which is stored sealed and is not in the audit log', async () => {
  const created = await create({ maxUses: 3, tags: ['lab'], displayName: 'Lab' });
  const code = created.code.reveal();
  const [read, listed, row, events] = await server.change(server.tenant, async (context) => [
    await requireEnrollment(context, created.id),
    await listEnrollments(context, { limit: 100 }),
    await enrollmentTables(context.db)
      .selectFrom('devices_enrollment')
      .selectAll()
      .where('id', '=', created.id)
      .executeTakeFirstOrThrow(),
    await listAuditEvents(context, { targetId: created.id, limit: 10 }),
  ]);
  expect(read).toEqual(created);
  expect(read.code.reveal()).toBe(code);
  expect(listed.map(({ id }) => id)).toContain(created.id);
  expect(row.code!.includes(code)).toBe(false);
  expect(events.map(({ action }) => action)).toEqual(['enrollment.create']);
  expect(JSON.stringify(events)).not.toContain(code);
});

test('a code is found in either case, whatever its organization; another one is not', async () => {
  const other = await server.addTenant('other-enrollments');
  const code = newEnrollmentCode(randomBytes);
  const created = await server.change(other, (context) =>
    createEnrollment(context, { platform: 'apple', code }),
  );
  const found = await findEnrollment(server.database, new Secret(code.reveal().toUpperCase()));
  expect(found).toMatchObject({ organizationId: other.organization.id, enrollment: { id: created.id } });
  expect(await findEnrollment(server.database, newEnrollmentCode(randomBytes))).toBeUndefined();
  await expect(
    server.change(server.tenant, (context) => redeemEnrollment(context, created.id)),
  ).rejects.toMatchObject({ code: 'notFound' });
  await expect(withdraw(created)).rejects.toMatchObject({ code: 'notFound' });
});

describe('redeeming', () => {
  test('counts each device, and refuses those beyond the limit, however many come at once', async () => {
    const created = await create({ maxUses: 3 });
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => redeem(created)));
    const uses = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.uses] : []));
    expect(uses.sort((a, b) => a - b)).toEqual([1, 2, 3]);
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      expect(result.reason).toMatchObject({ code: 'forbidden', message: /used as often as it may be/ });
    }
  });

  test('is refused after its end', async () => {
    const created = await create({ expiresAt: new Date(server.now().getTime() + 60_000) });
    expect((await redeem(created)).uses).toBe(1);
    server.advance(60_000);
    await expect(redeem(created)).rejects.toMatchObject({ code: 'forbidden', message: /has expired/ });
  });

  test('is refused once it is withdrawn, and its code is forgotten', async () => {
    const user = await server.change(server.tenant, (context) =>
      createUser(context, { email: 'enrolling@example.com' }),
    );
    const created = await create({ userId: user.id });
    await withdraw(created);
    await expect(redeem(created)).rejects.toMatchObject({ code: 'forbidden', message: /was withdrawn/ });
    await expect(withdraw(created)).rejects.toMatchObject({ code: 'notFound' });
    await expect(
      server.change(server.tenant, (context) => requireEnrollment(context, created.id)),
    ).rejects.toMatchObject({ code: 'notFound' });
    const row = await enrollmentTables(server.database)
      .selectFrom('devices_enrollment')
      .select(['code', 'user_id'])
      .where('id', '=', created.id)
      .executeTakeFirstOrThrow();
    expect(row).toEqual({ code: null, user_id: null });
  });
});

test.each<[string, () => Partial<NewEnrollment>, string]>([
  ['an end in the past', () => ({ expiresAt: server.now() }), 'expiresAt'],
  ['no uses', () => ({ maxUses: 0 }), 'maxUses'],
  ['a user that is not there', () => ({ userId: server.newId() }), 'userId'],
  ['a segment that is not there', () => ({ segment: 77 }), 'segmentId'],
])('%s is refused', async (_, content, path) => {
  await expect(create(content())).rejects.toMatchObject({ code: 'invalidInput', violations: [{ path }] });
});
