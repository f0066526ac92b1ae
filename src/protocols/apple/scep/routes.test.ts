import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { sql } from '../../../database/index.ts';
import { scepClient, type ScepClient } from './fixtures/scep-client.ts';

let server: TestServer;
let scep: ScepClient;
beforeAll(async () => {
  server = await testServer();
  scep = await scepClient(server);
});
afterAll(() => server[Symbol.asyncDispose]());

test('the server tells what it can do, and its certificate', async () => {
  const capabilities = await server.app.server.inject(`${scep.url}?operation=GetCACaps`);
  expect(capabilities.body.split('\n')).toEqual(
    expect.arrayContaining(['POSTPKIOperation', 'Renewal', 'SCEPStandard', 'SHA-256', 'AES']),
  );
  for (const to of [`${scep.url}?operation=GetCACert&message=x`, `/scep/default?operation=GetCACert`]) {
    const answer = await server.app.server.inject(to);
    expect(answer.headers['content-type']).toBe('application/x-x509-ca-cert');
    expect(answer.rawPayload.equals(scep.authority.raw)).toBe(true);
  }
  expect(scep.authority.ca).toBe(true);
  expect(scep.authority.publicKey.asymmetricKeyDetails?.modulusLength).toBe(3_072);
});

test('the key of the authority is stored sealed', async () => {
  const { rows } = await sql<{ private_key: Buffer }>`
    select private_key from devices_certificate_authority
  `.execute(server.database.connection);
  expect(rows).toHaveLength(1);
  expect(rows[0]!.private_key.includes('PRIVATE KEY')).toBe(false);
});

describe('over HTTP', () => {
  test.each([
    ['an operation that is not there', () => `${scep.url}?operation=GetNextCACert`, 400],
    ['no operation', () => scep.url, 400],
    ['no message', () => `${scep.url}?operation=PKIOperation`, 400],
    ['an empty message', () => `${scep.url}?operation=PKIOperation&message=`, 400],
    ['a message that is not Base64', () => `${scep.url}?operation=PKIOperation&message=%%%`, 400],
    ['an organization that is not there', () => '/scep/nobody?operation=GetCACert', 404],
    ['an id that is not there', () => `/scep/${'0'.repeat(24)}?operation=GetCACert`, 404],
  ])('%s', async (_, to, status) => {
    const answer = await server.app.server.inject(to());
    expect({ status: answer.statusCode, type: answer.headers['content-type'] }).toEqual({
      status,
      type: 'text/plain; charset=utf-8',
    });
  });

  test('an organization without an authority, a message that is too large, and other methods', async () => {
    await server.addTenant('bare');
    expect((await server.app.server.inject('/scep/bare?operation=GetCACert')).statusCode).toBe(404);
    expect((await scep.post(Buffer.alloc(64 * 1024 + 1))).statusCode).toBe(413);
    expect((await scep.post(Buffer.alloc(0))).statusCode).toBe(400);
    expect((await server.app.server.inject({ method: 'DELETE', url: scep.url })).statusCode).toBe(405);
  });
});
