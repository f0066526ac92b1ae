import { afterAll, beforeAll, test } from 'vitest';
import { testServer, type TestServer, type TestRequest } from '../../../../test/support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('probe', async () => {
  const show = async (r: TestRequest) => {
    const a = await server.send(r);
    console.log(
      r.method ?? 'GET',
      r.url.slice(0, 100),
      '->',
      a.status,
      JSON.stringify(a.headers),
      a.text.slice(0, 900),
    );
    return a;
  };
  const dc = '/v1.0/deviceManagement/deviceConfigurations';
  const t = '#microsoft.graph.macOSGeneralDeviceConfiguration';
  const c = await show({ method: 'POST', url: dc, body: { '@odata.type': t, displayName: 'x' } });
  await show({ url: dc });
  await show({ url: `/beta/deviceManagement/deviceConfigurations/${c.json.id}` });
  await show({ method: 'POST', url: dc, body: { displayName: 'x' } });
  await show({ method: 'HEAD', url: dc });
  await show({ method: 'OPTIONS', url: dc });
  for (const url of [
    '/v1.0',
    '/v1.0/',
    '/V1.0/groups',
    '/v1.0/groups/%E0%A4%A',
    '/v1.0/groups/%00',
    '//v1.0//groups/',
    '/%761.0/groups',
    '/v1.0/deviceManagement',
    `/v1.0/groups/${'x'.repeat(600)}`,
    `/v1.0/${'x'.repeat(5000)}`,
    `/v1.0/groups?$filter=displayName eq 'a'`,
    '/v2.0/groups',
    `${dc}/microsoft.graph.nonsense`,
    '/v1.0/deviceManagement/microsoft.graph.nonsense/complianceManagementPartners',
    `${dc}(id='${c.json.id}')`,
    `${dc}?$select=microsoft.graph.macOSGeneralDeviceConfiguration/passwordRequired`,
  ])
    await show({ url });
});
