import { afterAll, beforeAll, expect, test } from 'vitest';
import { deviceWithAgent } from '../../../test/support/device-with-agent.ts';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import { hexOfId } from '../../kernel/id.ts';
import { forgetInstallation } from '../../policies/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('what a device did before it was set up anew it does again', async () => {
  const device = await deviceWithAgent(server, 'anew');
  const { organization, tenant, deviceId } = device;
  const script = async (name: string) => (await organization.script(`${name}.sh`)).id;
  const [done, begun, asked] = [await script('done'), await script('begun'), await script('asked')];
  const policy = await organization.policy('scripts', {
    scripts: [
      { id: done, type: 'once', resetDate: '2026-03-01T00:00:00.000Z' },
      { id: begun, type: 'loop', loopTime: 600 },
      { id: asked, type: 'onDemand' },
    ],
  });
  await organization.put(`/devices/${hexOfId(deviceId)}`, { winPolicyId: hexOfId(policy.id) });
  const runs = async () => Object.fromEntries((await device.runs()).map((run) => [run.scriptId, run.runId]));
  const states = async () => {
    const all = await device.states();
    return [done, begun, asked].map((id) => all[`script/${id}`]?.state);
  };
  await device.native('/script-runs', { script: asked });
  const before = await runs();
  await device.report(before[done]!);
  expect(await states()).toEqual(['verified', 'delivered', 'delivered']);

  await server.change(tenant, (context) => forgetInstallation(context, deviceId));
  expect(await states()).toEqual(['pending', 'pending', 'delivered']);
  const after = await runs();
  expect(Object.keys(after).toSorted()).toEqual([done, begun, asked].toSorted());
  expect([after[done] === before[done], after[begun] === before[begun]]).toEqual([false, false]);
  expect(after[asked]).toBe(before[asked]);
  // The agent of before may still tell what it did.
  expect((await device.report(before[begun]!)).json).toEqual({ status: 'recorded' });
  for (const id of Object.values(after)) await device.report(id);
  expect(await runs()).toEqual({});
  expect(await states()).toEqual(['verified', 'verified', 'verified']);
});
