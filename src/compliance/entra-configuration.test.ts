import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../test/support/server.ts';
import { sql } from '../database/index.ts';
import { Secret } from '../kernel/secret.ts';
import { operatorScope, type Organization } from '../tenancy/index.ts';
import { getEntraConfiguration, putEntraConfiguration, revealEntraCredentials } from './index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const reading = (organization: Organization) => ({
  db: server.database,
  scope: operatorScope(organization, 'test'),
});

test('the connector gets the credentials of its own organization in clear', async () => {
  const other = await server.addTenant('other');
  for (const tenant of [server.tenant, other]) {
    expect(await revealEntraCredentials(reading(tenant.organization), server.secrets)).toBeUndefined();
    const { slug } = tenant.organization;
    const configuration = await server.change(tenant, (context) =>
      putEntraConfiguration(context, {
        tenantId: `tenant of ${slug}`,
        clientId: `client of ${slug}`,
        clientSecret: new Secret(`secret of ${slug}`),
      }),
    );
    expect(configuration).toMatchObject({ tenantId: `tenant of ${slug}`, hasClientSecret: true });
    expect(JSON.stringify(configuration)).not.toContain('secret of');
  }
  for (const { organization } of [server.tenant, other]) {
    const credentials = await revealEntraCredentials(reading(organization), server.secrets);
    expect(credentials).toMatchObject({
      tenantId: `tenant of ${organization.slug}`,
      clientId: `client of ${organization.slug}`,
    });
    expect(credentials!.clientSecret!.reveal()).toBe(`secret of ${organization.slug}`);
  }
});

test('a kept secret stays where tenant and client change', async () => {
  const tenant = await server.addTenant('keeps');
  const put = (clientId: string, clientSecret: Secret | 'keep') =>
    server.change(tenant, (context) =>
      putEntraConfiguration(context, { tenantId: 'contoso', clientId, clientSecret }),
    );
  expect(await put('one', 'keep')).toMatchObject({ hasClientSecret: false });
  const without = await revealEntraCredentials(reading(tenant.organization), server.secrets);
  expect(without).toEqual({ tenantId: 'contoso', clientId: 'one', clientSecret: undefined });
  await put('two', new Secret('first'));
  await put('three', 'keep');
  const credentials = await revealEntraCredentials(reading(tenant.organization), server.secrets);
  expect([credentials!.clientId, credentials!.clientSecret!.reveal()]).toEqual(['three', 'first']);
});

test('a sealed secret that was copied to another organization does not open', async () => {
  const [source, target] = [await server.addTenant('source'), await server.addTenant('target')];
  for (const tenant of [source, target]) {
    await server.change(tenant, (context) =>
      putEntraConfiguration(context, { tenantId: 't', clientId: 'c', clientSecret: new Secret('mine') }),
    );
  }
  await sql`
    update compliance_entra_configuration set client_secret = (
      select client_secret from compliance_entra_configuration where organization_id = ${source.organization.id}
    ) where organization_id = ${target.organization.id}
  `.execute(server.database.connection);
  await expect(revealEntraCredentials(reading(target.organization), server.secrets)).rejects.toMatchObject({
    code: 'unavailable',
  });
  expect(await getEntraConfiguration(reading(target.organization))).toMatchObject({ hasClientSecret: true });
});
