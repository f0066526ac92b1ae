import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('smoke', async () => {
  const partners = '/v1.0/deviceManagement/complianceManagementPartners';
  const created = await server.send({ method: 'POST', url: partners, body: { displayName: 'P' } });
  console.log(created.status, created.headers, created.text);
  const list = await server.send({ url: `${partners}?$count=true&$select=id,displayName` });
  console.log(list.text);
  for (const url of [
    '/beta/deviceManagement/applePushNotificationCertificate',
    '/v1.0/nix',
    '/v1.0/groups?$search=a',
    '/v1.0/$metadata',
  ]) {
    const answer = await server.send({ url });
    console.log(answer.status, answer.text.slice(0, 1500));
  }
  expect(1).toBe(1);
});
