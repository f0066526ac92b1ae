import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../../../test/support/server.ts';
import { sql } from '../../../database/index.ts';

let server: TestServer;
let tenant: Tenant;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  tenant = await server.addTenant(`customer-${++count}`);
});
afterAll(() => server[Symbol.asyncDispose]());

const urlOf = (of: Tenant) => `/v1/organizations/${of.organization.slug}/mdm/configurations`;
const get = (of = tenant) => server.send({ url: urlOf(of), token: of.token });
const put = (body: unknown, headers: Record<string, string> = {}, of = tenant) =>
  server.send({ method: 'PUT', url: urlOf(of), body, headers, token: of.token });

const entraId = {
  tenantId: 'contoso.onmicrosoft.com',
  clientId: '7f9d1c3e',
  clientSecret: 'kU8~correct horse',
};
const withSecret = (clientSecret: string) => ({ entraId: { ...entraId, clientSecret } });
const withoutSecret = { entraId: { tenantId: entraId.tenantId, clientId: entraId.clientId } };

test("the documentation's example", async () => {
  const url = `/v1/organizations/${tenant.hexId}/mdm/configurations`;
  const body = `{
  "entraId": {
    "tenantId": "string",
    "clientId": "string",
    "clientSecret": "string"
  }
}`;
  const answer = await server.send({ method: 'PUT', url, body, token: tenant.token });
  expect(answer.status).toBe(200);
  const id = answer.json.data.id;
  expect(id).toMatch(/^[a-fA-F0-9]{24}$/);
  expect(answer.text).toBe(
    JSON.stringify({
      status: true,
      data: {
        id,
        organizationId: tenant.hexId,
        entraId: { tenantId: 'string', clientId: 'string', clientSecret: '********' },
        updatedAt: server.now().toISOString(),
        createdAt: server.now().toISOString(),
      },
    }),
  );
  expect(answer.headers['etag']).toBe('W/"1"');
  const read = await get();
  expect([read.status, read.text, read.headers['etag']]).toEqual([200, answer.text, 'W/"1"']);
});

test('an organization without a configuration answers 404 with code 3001', async () => {
  const answer = await get();
  expect(answer.status).toBe(404);
  expect(answer.json).toMatchObject({ status: false, error: { code: 3001, message: 'Entity not found' } });
});

test('replacing keeps id and creation, and moves updatedAt and the entity tag', async () => {
  const first = await put({ entraId });
  server.advance(5_000);
  const second = await put({ entraId: { tenantId: 'fabrikam', clientId: 'other' } });
  expect(second.json.data).toEqual({
    ...first.json.data,
    entraId: { tenantId: 'fabrikam', clientId: 'other', clientSecret: '********' },
    updatedAt: server.now().toISOString(),
  });
  expect(second.headers['etag']).toBe('W/"2"');
});

describe('the secret', () => {
  test('is not there where none was ever sent', async () => {
    const answer = await put(withoutSecret);
    expect(answer.json.data.entraId).toEqual(withoutSecret.entraId);
    expect((await get()).json.data.entraId).toEqual(withoutSecret.entraId);
  });

  test.each(['********', '*', '••••••', '*•*'])('is not made of the mask %s', async (mask) => {
    expect((await put(withSecret(mask))).json.data.entraId).not.toHaveProperty('clientSecret');
  });

  test('stays where the answer is sent back as it came, and changes where another is sent', async () => {
    const sealed = async () => {
      const { rows } = await sql<{ client_secret: Buffer }>`
        select client_secret from compliance_entra_configuration where organization_id = ${tenant.organization.id}
      `.execute(server.database.connection);
      return rows[0]!.client_secret;
    };
    const answer = await put({ entraId });
    const stored = await sealed();
    expect((await put(answer.json.data)).status).toBe(200);
    expect((await put(withoutSecret)).status).toBe(200);
    expect(await sealed()).toEqual(stored);
    await put(withSecret('another one'));
    expect(await sealed()).not.toEqual(stored);
  });

  test('is in no answer, log line, audit event or row', async () => {
    const secret = 'Tr0ub4dor-and-3';
    const answers = [
      await put(withSecret(secret)),
      await get(),
      await put(withSecret(secret), { 'if-match': 'W/"9"' }),
      await put(withSecret(secret.repeat(20))),
      await put({ entraId: { clientSecret: secret } }),
      await put({ entraId: { ...entraId, clientSecret: [secret] } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 412, 400, 400, 400]);
    for (const { text, headers } of answers) expect(text + JSON.stringify(headers)).not.toContain(secret);
    expect(server.logged()).toContain('/mdm/configurations');
    expect(server.logged()).not.toContain(secret);

    const dump = await everyRow();
    expect(dump).toContain(entraId.tenantId);
    expect(dump).not.toContain(secret);
    expect(dump).not.toContain(Buffer.from(secret).toString('hex'));
    expect(dump).not.toContain(Buffer.from(secret).toString('base64').slice(0, 16));
  });
});

test('each change is in the audit log, the secret as "changed"', async () => {
  await put({ entraId });
  await put({ entraId: { ...withoutSecret.entraId, clientId: 'new' } });
  const { rows } = await sql<{ action: string; before: unknown; after: unknown }>`
    select action, before, after from tenancy_audit_event
    where organization_id = ${tenant.organization.id} and target_type = 'entraConfiguration' order by id
  `.execute(server.database.connection);
  const action = 'configuration.update';
  expect(rows).toEqual([
    { action, before: null, after: { ...entraId, clientSecret: 'changed' } },
    { action, before: { clientId: entraId.clientId }, after: { clientId: 'new' } },
  ]);
});

describe('two writers', () => {
  test('who are the first at once leave one row, and nobody fails', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => put(withSecret(`secret ${index}`))),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ json }) => json.data.id)).size).toBe(1);
    const tags = answers.map(({ headers }) => headers['etag']);
    expect(new Set(tags).size).toBe(8);
    expect((await get()).headers['etag']).toBe('W/"8"');
  });

  test('with the same entity tag: one wins', async () => {
    await put({ entraId });
    const answers = await Promise.all([
      put({ entraId: { ...entraId, clientId: 'a' } }, { 'if-match': 'W/"1"' }),
      put({ entraId: { ...entraId, clientId: 'b' } }, { 'if-match': 'W/"1"' }),
    ]);
    const [winner, loser] = answers.toSorted((left, right) => left.status - right.status);
    expect([winner!.status, loser!.status]).toEqual([200, 412]);
    expect((await get()).json).toEqual(winner!.json);
  });

  test('an entity tag of something that is not there yet is refused', async () => {
    expect((await put({ entraId }, { 'if-match': 'W/"0"' })).status).toBe(412);
    expect((await get()).status).toBe(404);
  });
});

describe('refused, and nothing is stored:', () => {
  const over = 'x'.repeat(257);
  test.each([
    ['no entraId', {}, ['entraId']],
    ['an entraId that is null', { entraId: null }, ['entraId']],
    ['an empty entraId', { entraId: {} }, ['entraId.tenantId', 'entraId.clientId']],
    [
      'three texts of 257 characters',
      { entraId: { tenantId: over, clientId: over, clientSecret: over } },
      ['entraId.tenantId', 'entraId.clientId', 'entraId.clientSecret'],
    ],
    ['an empty secret', withSecret(''), ['entraId.clientSecret']],
    ['a number', { entraId: { ...entraId, tenantId: 7 } }, ['entraId.tenantId']],
    ['a NUL character', { entraId: { ...entraId, tenantId: 'a\0' } }, ['entraId.tenantId']],
    ['a list', [], ['body']],
  ])('%s', async (_, body, paths) => {
    const answer = await put(body);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatchObject({ code: 5209, message: 'Invalid input' });
    expect(answer.json.error.details.map(({ path }: { path: string }) => path)).toEqual(paths);
    expect((await get()).status).toBe(404);
  });

  test('no body', async () => {
    expect((await put(undefined)).status).toBe(400);
  });
});

test('256 characters are accepted, characters beyond the first plane counted once', async () => {
  const text = '😀'.repeat(256);
  const answer = await put({ entraId: { tenantId: text, clientId: text, clientSecret: text } });
  expect(answer.status).toBe(200);
  expect((await get()).json.data.entraId).toEqual({
    tenantId: text,
    clientId: text,
    clientSecret: '********',
  });
});

test('unknown properties are left out', async () => {
  const answer = await put({ entraId: { ...entraId, extra: 1 }, id: 'x', other: true });
  expect(answer.json.data.entraId).toEqual({ ...entraId, clientSecret: '********' });
  expect(Object.keys(answer.json.data)).toEqual([
    'id',
    'organizationId',
    'entraId',
    'updatedAt',
    'createdAt',
  ]);
});

test('who may not, cannot', async () => {
  await put({ entraId });
  const send = (method: 'GET' | 'PUT', token: string | null) =>
    server.send({ method, url: urlOf(tenant), token, ...(method === 'PUT' && { body: { entraId } }) });
  const reader = await server.addToken(tenant, ['configuration.read']);
  const stranger = server.tenant.token;
  expect((await send('GET', reader)).status).toBe(200);
  const refused = [
    await send('PUT', reader),
    await send('GET', await server.addToken(tenant, ['configuration.update'])),
    await send('GET', stranger),
    await send('PUT', stranger),
    await send('GET', null),
    await send('GET', 'mst_wrong'),
  ];
  expect(refused.map(({ status, json }) => [status, json.error.code])).toEqual([
    [403, 4001],
    [403, 4001],
    [404, 3001],
    [404, 3001],
    [401, 4002],
    [401, 4004],
  ]);
  expect((await get()).headers['etag']).toBe('W/"1"');
  expect((await get(server.tenant)).status).toBe(404);
});

test('a read is one statement beside the look at the token', async () => {
  await put({ entraId });
  server.takeStatements();
  await get();
  const statements = server.takeStatements();
  expect(statements).toHaveLength(2);
  expect(statements[1]).toContain('compliance_entra_configuration');
});

/** The database as a dump shows it. */
async function everyRow(): Promise<string> {
  const { rows: names } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'
  `.execute(server.database.connection);
  const dumps = names.map(async ({ name }) => {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(
      server.database.connection,
    );
    return rows.map(({ row }) => row).join('\n');
  });
  return (await Promise.all(dumps)).join('\n');
}
