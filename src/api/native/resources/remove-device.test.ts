import { afterAll, beforeAll, expect, test } from 'vitest';
import { enrolledWindowsDevice } from '../../../../test/support/enrolled-windows-device.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { createDevice } from '../../../devices/index.ts';
import { setDeviceAssignments } from '../../../policies/assignments.ts';
import { createPolicy, deviceConfigurations } from '../../../policies/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const remove = async (id: string, query = '', headers: Record<string, string> = {}) => {
  const url = `/api/v1/organizations/default/devices/${id}${query}`;
  const answer = await server.send({ method: 'DELETE', url, headers });
  return [answer.status, answer.json.state ?? answer.json.detail];
};

test('an enrolled PC is told to leave, and is removed when that is asked for again', async () => {
  const { device } = await enrolledWindowsDevice(server, server.tenant);
  expect(await remove(device.id)).toEqual([200, 'DELETE_REQUESTED']);
  expect(await remove(device.id)).toEqual([200, 'DELETED']);
  expect((await remove(device.id))[0]).toBe(404);
});

test('any device is removed at once, and one that is not enrolled in either case', async () => {
  const { device } = await enrolledWindowsDevice(server, server.tenant);
  expect((await remove(device.id, '?atOnce=true', { 'if-match': '"99"' }))[0]).toBe(412);
  expect(await remove(device.id, '?atOnce=true')).toEqual([200, 'DELETED']);
});

test('what a device had that was removed can be deleted', async () => {
  const { mac, policy } = await server.change(server.tenant, async (context) => {
    const own = await createDevice(context, { platform: 'apple' });
    const kind = 'macOSGeneralDeviceConfiguration';
    const held = await createPolicy(context, deviceConfigurations, { kind, name: 'Mac', document: {} });
    const primary = { id: held.id, path: 'policy' };
    await setDeviceAssignments(context, deviceConfigurations, own.id, [], { primary });
    return { mac: own, policy: held };
  });
  const url = `/api/v1/organizations/default/policies/${policy.id}`;
  expect((await server.send({ method: 'DELETE', url })).status).toBe(409);
  expect(await remove(mac.id)).toEqual([200, 'DELETED']);
  expect((await server.send({ method: 'DELETE', url })).status).toBe(204);
});
