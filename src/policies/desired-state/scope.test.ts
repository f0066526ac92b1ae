import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import { windowsOrganization } from '../../../test/support/windows-organization.ts';
import { hexOfId } from '../../kernel/id.ts';
import { operatorScope } from '../../tenancy/index.ts';
import { countInScope, fewInScope, idsIn, idsInScope, type DeviceScope } from './scope.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('few devices are those of the scope, each once, whatever names them; more are not told', async () => {
  const own = await windowsOrganization(server, 'scopes');
  const user = await own.user('ann@example.com');
  const devices = [];
  for (let count = 0; count < 6; count++) {
    const tags = count < 4 ? ['sales'] : [];
    devices.push((await own.device({ tags, user: { id: user.id, email: user.email } })).id);
  }
  const policies = [await own.policy('One'), await own.policy('Two')];
  const ids = policies.map(({ id }) => id);
  // The first three have both policies by themselves, and the first four by a rule, too.
  for (const id of devices.slice(0, 3)) {
    await own.put(`/devices/${hexOfId(id)}`, {
      winPolicyAssignments: ids.map((policy, priority) => ({ winPolicyId: hexOfId(policy), priority })),
    });
  }
  await own.rule('Sales', {
    audienceIds: [(await own.audience('Sales', { deviceGroups: [['sales']] })).id],
    actions: ids.map((policyId) => ({ policyId, platform: 'windows', priority: 1 })),
  });
  const read = { db: server.database, scope: operatorScope(own.tenant.organization, 'test') };
  const nothing = { devices: [], users: [], policies: [] };
  const scopes: [DeviceScope, number][] = [
    [nothing, 0],
    [{ ...nothing, devices: [devices[0]!, devices[5]!, devices[0]!] }, 2],
    [{ ...nothing, policies: ids }, 4],
    [{ devices: devices.slice(2, 5), users: [], policies: ids.slice(0, 1) }, 5],
    [{ devices: devices.slice(0, 1), users: [user.id], policies: ids }, 6],
    [{ ...nothing, everything: true }, 6],
  ];
  for (const [scope, expected] of scopes) {
    const all = await idsIn(read, await idsInScope(read, scope));
    expect(all).toEqual([...new Set(all)].toSorted());
    expect(all).toHaveLength(expected);
    expect(await countInScope(read, scope)).toBe(expected);
    for (let most = 0; most <= 7; most++) {
      expect(await fewInScope(read, scope, most)).toEqual(expected <= most ? all : undefined);
    }
  }
});
