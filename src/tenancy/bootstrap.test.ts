import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../test/support/database.ts';
import { idSource } from '../kernel/id.ts';
import { Secret } from '../kernel/secret.ts';
import { checkClientSecret } from './applications.ts';
import { listAuditEvents } from './audit.ts';
import { bootstrap, checkSecretKey, type BootstrapSettings } from './bootstrap.ts';
import { operatorScope } from './change.ts';
import { listOrganizations } from './organizations.ts';
import { allPermissions } from './permissions.ts';
import { secretBox } from './secret-box.ts';
import { listTokens } from './service-accounts.ts';

const now = new Date('2026-03-01T12:00:00Z');
const clock = () => now;
const unset = { tenantId: undefined, clientId: undefined, clientSecret: undefined, apiToken: undefined };

let db: TestDatabase;
beforeEach(async () => {
  db = await testDatabase();
});
afterEach(() => db[Symbol.asyncDispose]());

function start(settings: Partial<BootstrapSettings> = {}) {
  let random = 0;
  const services = {
    database: db.database,
    clock,
    newId: idSource(clock, () => random++),
    secrets: secretBox(randomBytes(32), randomBytes),
  };
  return bootstrap(services, { slug: 'default', ...unset, ...settings });
}

test('the first start makes credentials that may do everything, and says who made them', async () => {
  const { organization, created } = await start();
  const { clientId, clientSecret, apiToken } = created!;
  expect(apiToken.reveal()).toMatch(/^mst_/);
  const application = await checkClientSecret(db.database, organization.id, clientId, clientSecret, now);
  expect(application).toMatchObject({ name: 'bootstrap', permissions: allPermissions });
  const scope = operatorScope(organization, 'test');
  expect(await listTokens({ db: db.database, scope })).toMatchObject([
    { serviceAccount: { name: 'bootstrap' }, permissions: allPermissions, expiresAt: null },
  ]);
  const events = await listAuditEvents({ db: db.database, scope }, { limit: 10 });
  expect(events.map(({ action }) => action)).toEqual([
    'application.create',
    'serviceAccount.create',
    'organization.create',
  ]);
  expect(events.every(({ actor, requestId }) => actor.kind === 'operator' && requestId === 'bootstrap')).toBe(
    true,
  );
});

test('a later start changes nothing, whatever is set then', async () => {
  const first = await start();
  const again = await start({ tenantId: randomUUID(), apiToken: new Secret('another-token') });
  expect(again).toEqual({ organization: first.organization, created: undefined });
});

test('two servers that start at once make one organization', async () => {
  const both = await Promise.all([start(), start()]);
  expect(both.filter(({ created }) => created)).toHaveLength(1);
  expect(await listOrganizations(db.database)).toHaveLength(1);
});

test('what is set is taken', async () => {
  const settings = {
    slug: 'acme',
    tenantId: randomUUID(),
    clientId: randomUUID(),
    clientSecret: new Secret('chosen secret'),
    apiToken: new Secret('chosen-token'),
  };
  const { organization, created } = await start(settings);
  expect(organization).toMatchObject({ slug: 'acme', tenantId: settings.tenantId });
  expect(created).toMatchObject({ clientId: settings.clientId });
  expect(created!.apiToken.reveal()).toBe('chosen-token');
});

test('settings that cannot be leave nothing behind', async () => {
  for (const wrong of [
    { slug: 'A' },
    { apiToken: new Secret('has a space') },
    { clientSecret: new Secret('short') },
  ]) {
    await expect(start(wrong)).rejects.toMatchObject({ code: 'invalidInput' });
  }
  expect(await listOrganizations(db.database)).toEqual([]);
});

test('a second organization cannot take the token of the first', async () => {
  const apiToken = new Secret('chosen-token');
  await start({ apiToken });
  await expect(start({ slug: 'second', apiToken })).rejects.toMatchObject({ code: 'alreadyExists' });
});

test('another secret key than the first is refused at start', async () => {
  const key = randomBytes(32);
  await checkSecretKey(db.database, secretBox(key, randomBytes));
  await checkSecretKey(db.database, secretBox(key, randomBytes));
  await expect(checkSecretKey(db.database, secretBox(randomBytes(32), randomBytes))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('MUSTER_SECRET_KEY'),
  });
});
