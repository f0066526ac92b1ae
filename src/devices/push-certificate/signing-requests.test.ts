import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../../test/support/server.ts';
import { sql } from '../../database/index.ts';
import { listAuditEvents, operatorScope } from '../../tenancy/index.ts';
import { newSigningRequest, signingRequest, type ReadThenChange } from './index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

function contextsOf(tenant: Tenant): ReadThenChange {
  return {
    read: { db: server.database, scope: operatorScope(tenant.organization, 'test') },
    change: (work) => server.change(tenant, work),
  };
}

async function keysOf(tenant: Tenant) {
  const { rows } = await sql<{ number: number; private_key: Buffer; signing_request: string }>`
    select number, private_key, signing_request from devices_push_key
    where organization_id = ${tenant.organization.id} order by number
  `.execute(server.database.connection);
  return rows;
}

test('the request is made once, and a later download is one statement', async () => {
  const tenant = await server.addTenant('downloads');
  const first = await signingRequest(contextsOf(tenant));
  expect(first).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n/);
  server.takeStatements();
  expect(await signingRequest(contextsOf(tenant))).toBe(first);
  expect(server.takeStatements()).toHaveLength(1);
  expect(await keysOf(tenant)).toHaveLength(1);
});

test('no transaction is open while a key is made', async () => {
  const tenant = await server.addTenant('slow');
  server.takeStatements();
  const { read } = contextsOf(tenant);
  const before: string[] = [];
  await signingRequest({
    read,
    change: (work) => {
      before.push(...server.takeStatements());
      return server.change(tenant, work);
    },
  });
  expect(before).toHaveLength(1);
  expect(before[0]).toMatch(/^select/);
});

test('first downloads at once get the same request', async () => {
  const tenant = await server.addTenant('at-once');
  const requests = await Promise.all(Array.from({ length: 5 }, () => signingRequest(contextsOf(tenant))));
  expect(new Set(requests).size).toBe(1);
  const keys = await keysOf(tenant);
  expect(keys.map((key) => key.signing_request)).toEqual([requests[0]]);
  const events = await listAuditEvents(contextsOf(tenant).read, {
    targetType: 'pushSigningRequest',
    limit: 9,
  });
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ action: 'pushCertificate.update', before: null, after: { number: 1 } });
});

test('new requests at once are all kept, and the last one is what is downloaded', async () => {
  const tenant = await server.addTenant('renews');
  const made = await Promise.all(Array.from({ length: 4 }, () => newSigningRequest(contextsOf(tenant))));
  const keys = await keysOf(tenant);
  expect(keys.map((key) => key.number)).toEqual([1, 2, 3, 4]);
  expect(keys.map((key) => key.signing_request).sort()).toEqual(made.toSorted());
  expect(await signingRequest(contextsOf(tenant))).toBe(keys.at(-1)!.signing_request);
});

test('another organization has requests of its own, and no private key is stored in clear', async () => {
  const [one, other] = [await server.addTenant('one'), await server.addTenant('another')];
  expect(await signingRequest(contextsOf(one))).not.toBe(await signingRequest(contextsOf(other)));
  for (const { private_key: sealed } of [...(await keysOf(one)), ...(await keysOf(other))]) {
    expect(sealed.toString('latin1')).not.toContain('PRIVATE KEY');
  }
});
