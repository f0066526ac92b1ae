import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { retireDevice } from '../../../devices/management/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { createWindowsPolicy, emptyWindowsPolicy } from '../../../policies/index.ts';
import { alert, certificateHeader, testPc, told } from './fixtures/test-pc.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ certificateHeader });
});
afterAll(() => server[Symbol.asyncDispose]());

test('what a PC that left had is free', async () => {
  const pc = await testPc(server, server.tenant);
  const policy = await server.change(server.tenant, (context) =>
    createWindowsPolicy(context, { name: 'Held', document: emptyWindowsPolicy }),
  );
  const own = '/v1/organizations/default/mdm/windows/enterprise';
  const given = await server.send({
    method: 'PUT',
    url: `${own}/devices/${hexOfId(pc.deviceId)}`,
    body: { winPolicyId: hexOfId(policy.id) },
  });
  expect(given.status).toBe(200);
  await pc.send({ parts: alert(1201) + alert(1226, 'com.microsoft:mdm.unenrollment.userrequest', '1') });
  expect(await pc.device()).toMatchObject({ state: 'DELETED' });
  const removed = await server.send({ method: 'DELETE', url: `${own}/policies/${hexOfId(policy.id)}` });
  expect([removed.status, removed.text]).toEqual([200, expect.anything()]);
});

test('a PC that shall leave before it has ever called is told so until it does', async () => {
  const pc = await testPc(server, server.tenant);
  await server.change(server.tenant, async (context) => retireDevice(context, (await pc.device())!));
  const unenrol = ['Exec unenrol'];
  expect(told(await pc.send())).toEqual(unenrol);
  expect(await pc.device()).toMatchObject({ state: 'DELETE_REQUESTED' });
  expect(told(await pc.send({ sessionId: '2' }))).toEqual(unenrol);
});
