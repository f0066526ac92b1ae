import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { createGroup } from '../../../directory/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { deviceConfigurations, replaceTargets, type NamedTarget } from '../../../policies/index.ts';
import { type Permission } from '../../../tenancy/index.ts';
import { config, keyOf, missingId, planner, problem } from '../fixtures/planner.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('a policy in use is deleted by force', () => {
  test('as a plan that takes it from devices and rules', async () => {
    const { own, native, send, get, apply, wantedBy } = await planner(server);
    const policy = await own.policy('Sales', { config: { [config('A')]: 1 } });
    const next = await own.policy('Next', { config: { [config('A')]: 2 } });
    const [primary, direct, tagged] = [
      await own.device(),
      await own.device(),
      await own.device({ tags: ['sales'] }),
    ];
    const winPolicyId = hexOfId(policy.id);
    await own.put(`/devices/${hexOfId(primary.id)}`, { winPolicyId });
    await own.put(`/devices/${hexOfId(direct.id)}`, {
      winPolicyAssignments: [
        { winPolicyId, priority: 1 },
        { winPolicyId: hexOfId(next.id), priority: 2 },
      ],
    });
    const audience = await own.audience('Sales', { deviceGroups: [['sales']] });
    const rule = await own.rule('Sales', {
      audienceIds: [audience.id],
      actions: [{ policyId: policy.id, platform: 'windows', priority: 5 }],
    });
    const url = `${native}/policies/${policy.id}`;
    const remove = (query = '', ifMatch?: string, of = url) =>
      send({ method: 'DELETE', url: of + query, ...(ifMatch && { headers: { 'if-match': ifMatch } }) });
    expect(await remove()).toMatchObject(
      problem(409, 'inUse', { detail: expect.stringContaining('is assigned to 2 devices') }),
    );
    expect((await remove()).json.detail).toContain("given by 1 automation rule ('Sales')");
    expect(await remove('?force=maybe')).toMatchObject(problem(400, 'invalidInput'));
    expect(await remove('?force=true', 'W/"7"')).toMatchObject(problem(412, 'preconditionFailed'));
    for (const id of [missingId, 'x', '%3fx', 'x%2frollback', '%7bchanges%5b0%5d.id%7d']) {
      const answer = await remove('?force=true', undefined, `${native}/policies/${id}`);
      expect(answer, id).toMatchObject(problem(404, 'notFound'));
    }
    const answer = await remove('?force=true', 'W/"1"');
    expect(answer).toMatchObject({
      status: 200,
      json: {
        changes: [{ method: 'DELETE', url: `${url}?force=true`, status: 204, id: null }],
        counts: { devices: 3, settingsRemoved: 2, settingsChanged: 1 },
        appliedAt: null,
      },
    });
    expect((await send({ url })).status).toBe(200);
    expect(await wantedBy(primary)).toEqual({ [keyOf('A')]: [1, 'Sales'] });
    expect((await apply(answer.json.id)).status).toBe(200);
    expect((await send({ url })).status).toBe(404);
    expect(await remove('?force=true')).toMatchObject(problem(404, 'notFound'));
    expect(await wantedBy(primary)).toEqual({});
    expect(await wantedBy(direct)).toEqual({ [keyOf('A')]: [2, 'Next'] });
    expect(await wantedBy(tagged)).toEqual({});
    // The rule is left with nothing to give, and can still be changed.
    const ruleUrl = `/automation-rules/${hexOfId(rule.id)}`;
    expect((await own.send(ruleUrl)).json.data.actions).toEqual([]);
    const disabled = await own.send(ruleUrl, { method: 'PUT', body: { enabled: false } });
    expect(disabled.json.data).toMatchObject({ enabled: false, actions: [] });
    expect((await own.send(ruleUrl, { method: 'PUT', body: { actions: [] } })).status).toBe(400);
    const { items } = await get(`/audit-events?targetId=${policy.id}`);
    expect(items[0]).toMatchObject({
      action: 'windows.policy.remove',
      before: { devices: expect.arrayContaining([primary.id, direct.id]), rules: [rule.id] },
    });
  });

  test('also what is given by targets of Microsoft Graph is in use', async () => {
    const { own, native, send, configuration, apply } = await planner(server);
    const policy = await configuration('Passwords', { passwordMinimumLength: 8 });
    const group = await own.change((context) =>
      createGroup(context, { displayName: 'Designers', mailNickname: 'designers' }),
    );
    const targets: NamedTarget['target'][] = [{ kind: 'allDevices' }, { kind: 'group', groupId: group.id }];
    await own.change((context) =>
      replaceTargets(
        context,
        deviceConfigurations,
        policy.id,
        targets.map((target) => ({ target, path: 'target' })),
      ),
    );
    const url = `${native}/policies/${policy.id}`;
    const refused = await send({ method: 'DELETE', url });
    expect(refused).toMatchObject(problem(409, 'inUse'));
    expect(refused.json.detail).toMatch(/is assigned to .*all devices/);
    expect(refused.json.detail).toContain("the group 'Designers'");
    const plan = await send({ method: 'DELETE', url: `${url}?force=true` });
    expect((await apply(plan.json.id)).status).toBe(200);
    expect((await send({ url })).status).toBe(404);
    const unused = await configuration('Unused', { passwordMinimumLength: 8 });
    const unusedUrl = `${native}/policies/${unused.id}`;
    expect((await send({ method: 'DELETE', url: unusedUrl })).status).toBe(204);
  });

  test('needs the permissions of plans and of the policy', async () => {
    const { own, native, send } = await planner(server);
    const policy = await own.policy('Sales');
    const remove = async (...permissions: Permission[]) => {
      const token = await server.addToken(own.tenant, ['organization.read', ...permissions]);
      return send({ method: 'DELETE', url: `${native}/policies/${policy.id}?force=true`, token });
    };
    const planning = [
      'windows.device.read',
      'apple.device.read',
      'windows.policy.read',
      'deviceConfiguration.read',
      'group.read',
    ] as const;
    expect(await remove('windows.policy.remove')).toMatchObject(problem(403, 'forbidden'));
    expect(await remove(...planning)).toMatchObject(problem(403, 'forbidden'));
    expect(await remove(...planning, 'deviceConfiguration.remove')).toMatchObject(problem(403, 'forbidden'));
    expect((await remove(...planning, 'windows.policy.remove')).status).toBe(200);
  });
});
