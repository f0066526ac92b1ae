import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import { post, put, remove, gives, windowsAction, applePolicy } from '../fixtures/rules.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const organization = (slug: string) => windowsOrganization(server, slug);
const readDevice = async (own: WindowsOrganization, id: Id) =>
  (await own.send(`/windows/enterprise/devices/${hexOfId(id)}`)).json.data;

test('a rule is made, read, listed, changed and removed', async () => {
  const own = await organization('kept');
  const sales = await own.audience('Sales', {});
  const remote = await own.audience('Remote', {});
  const policy = await own.policy('Sales');
  const mac = await applePolicy(own);
  const body = {
    name: 'Sales rule',
    deviceAudiences: [hexOfId(remote.id), hexOfId(sales.id)],
    actions: [gives(mac.id, 0, 'apple'), gives(policy.id, 10_000)],
  };
  const created = await post(own, body);
  expect(created.status).toBe(200);
  expect(created.headers['etag']).toBe('W/"1"');
  expect(created.json.data).toEqual({
    ...body,
    id: expect.stringMatching(/^[0-9a-f]{24}$/),
    organizationId: own.tenant.hexId,
    enabled: true,
    createdAt: '2026-03-01T12:00:00.000Z',
    updatedAt: '2026-03-01T12:00:00.000Z',
  });
  const { id } = created.json.data;
  expect((await own.send(`/automation-rules/${id}`)).json).toEqual(created.json);
  expect((await put(own, id, created.json.data)).headers['etag']).toBe('W/"1"');

  const changed = await put(own, id, {
    description: 'For sellers',
    enabled: false,
    actions: [gives(policy.id, 5)],
    deviceAudiences: [hexOfId(sales.id)],
  });
  expect(changed.headers['etag']).toBe('W/"2"');
  expect(changed.json.data).toMatchObject({
    name: 'Sales rule',
    description: 'For sellers',
    enabled: false,
    actions: [gives(policy.id, 5)],
    deviceAudiences: [hexOfId(sales.id)],
  });
  expect((await put(own, id, { name: 'Late' }, { 'if-match': 'W/"1"' })).status).toBe(412);
  const list = await own.send('/automation-rules?search=sELLers&sort=name:desc');
  expect(list.json.data).toMatchObject({ items: [changed.json.data], totalDocs: 1 });

  expect((await remove(own, `/automation-rules/${id}`)).json.data).toEqual({ delete: true });
  expect((await own.send(`/automation-rules/${id}`)).status).toBe(404);
});

describe('what rules give a device', () => {
  test('is there while it matches, with what says so, and gone when it does not', async () => {
    const own = await organization('followed');
    const user = await own.user('ada@example.com', undefined, { metadata: { department: 'Sales' } });
    const device = await own.device({ tags: ['sales'], serialNumber: 'S1' });
    const policy = await own.policy('Sales', { config: { './a': 'sales' } });
    const tagged = await own.audience('Tagged', { deviceGroups: [['sales']] });
    const people = await own.audience('People', { mdmUserGroups: [['department:Sales']] });
    const nobody = await own.audience('Nobody', {});
    const rule = await own.rule('Sales rule', {
      audienceIds: [nobody.id, people.id, tagged.id],
      actions: [windowsAction(policy.id)],
    });
    const first = await readDevice(own, device.id);
    expect(first.winPolicyAssignmentsEnforced).toEqual([
      {
        winPolicyId: hexOfId(policy.id),
        winPolicy: expect.objectContaining({ name: 'Sales' }),
        priority: 100,
        automationRule: {
          id: hexOfId(rule.id),
          name: 'Sales rule',
          deviceAudiences: [{ id: hexOfId(tagged.id), name: 'Tagged', reasons: ['tag:sales'] }],
        },
      },
    ]);
    expect(first.winPolicyAssignments).toEqual([]);
    expect(first.deviceWinPolicy.config).toEqual({ './a': 'sales' });
    expect((await own.send('/windows/enterprise/devices/S1')).json.data).toEqual(first);
    const list = await own.send('/windows/enterprise/devices');
    expect(list.json.data.items).toEqual([first]);
    const filtered = await own.send(`/devices?policyId=${hexOfId(policy.id)}`);
    expect(filtered.json.data.items).toMatchObject([{ id: hexOfId(device.id) }]);

    const audiencesNow = (answer: { winPolicyAssignmentsEnforced: { automationRule: unknown }[] }) =>
      answer.winPolicyAssignmentsEnforced.map(({ automationRule }) => automationRule);
    const withUser = await own.put('/devices/S1', { tags: [], mdmUserId: hexOfId(user.id) });
    expect(audiencesNow(withUser.json.data)).toMatchObject([
      { deviceAudiences: [{ name: 'People', reasons: ['user.department:Sales'] }] },
    ]);
    await own.send(`/users/${hexOfId(user.id)}`, { method: 'PUT', body: { metadata: {} } });
    const last = await readDevice(own, device.id);
    expect(last.winPolicyAssignmentsEnforced).toEqual([]);
    expect(last).not.toHaveProperty('deviceWinPolicy');
    expect((await own.send(`/devices?policyId=${hexOfId(policy.id)}`)).json.data.items).toEqual([]);
  });

  test('counts by its priority among what administrators gave it', async () => {
    const own = await organization('merged');
    const device = await own.device({ tags: ['sales'] });
    const config = (value: string, more = {}) => ({ config: { './a': value, ...more } });
    const direct = await own.policy('Direct', config('direct', { './d': 'direct' }));
    const strong = await own.policy('Strong', config('strong', { './s': 'strong' }));
    const weak = await own.policy('Weak', config('weak', { './w': 'weak' }));
    const audience = await own.audience('Sales', { deviceGroups: [['sales']] });
    await own.rule('Both', {
      audienceIds: [audience.id],
      actions: [windowsAction(weak.id, 200), windowsAction(strong.id, 1)],
    });
    const answer = await own.put(`/devices/${hexOfId(device.id)}`, {
      winPolicyAssignments: [{ winPolicyId: hexOfId(direct.id), priority: 100 }],
    });
    const { deviceWinPolicy, winPolicyAssignments, winPolicyAssignmentsEnforced } = answer.json.data;
    expect(deviceWinPolicy.config).toEqual({
      './a': 'strong',
      './d': 'direct',
      './s': 'strong',
      './w': 'weak',
    });
    expect(winPolicyAssignments).toHaveLength(1);
    expect(winPolicyAssignmentsEnforced).toMatchObject([{ priority: 1 }, { priority: 200 }]);
  });

  test('is nothing of a disabled rule, of another platform, or of another organization', async () => {
    const own = await organization('not-given');
    const other = await organization('not-given-elsewhere');
    for (const one of [own, other]) await one.audience('Sales', { deviceGroups: [['sales']] });
    const device = await own.device({ tags: ['sales'] });
    const audience = await own.audience('All sales', { deviceGroups: [['sales']] });
    const policy = await own.policy('Sales');
    const foreign = await other.policy('Foreign');
    const foreignAudience = await other.audience('All sales', {
      winDeviceIds: [],
      deviceGroups: [['sales']],
    });
    await other.rule('Foreign', {
      audienceIds: [foreignAudience.id],
      actions: [windowsAction(foreign.id)],
    });
    const mac = await applePolicy(own);
    await own.rule('Disabled', {
      audienceIds: [audience.id],
      actions: [windowsAction(policy.id)],
      enabled: false,
    });
    await own.rule('Apple', {
      audienceIds: [audience.id],
      actions: [{ platform: 'apple', policyId: mac.id, priority: 1 }],
    });
    expect((await readDevice(own, device.id)).winPolicyAssignmentsEnforced).toEqual([]);
    for (const id of [policy.id, mac.id]) {
      expect((await own.send(`/devices?policyId=${hexOfId(id)}`)).json.data.totalDocs).toBe(0);
    }
  });

  test('cannot be changed at the device, where it is ignored', async () => {
    const own = await organization('read-only');
    const device = await own.device({ tags: ['sales'] });
    const audience = await own.audience('Sales', { deviceGroups: [['sales']] });
    await own.rule('Rule', {
      audienceIds: [audience.id],
      actions: [windowsAction((await own.policy('Sales')).id)],
    });
    const before = await readDevice(own, device.id);
    const sent = { ...before, winPolicyAssignmentsEnforced: [] };
    const { json } = await own.put(`/devices/${hexOfId(device.id)}`, { tags: sent.tags, ...sent });
    expect(json.data).toEqual(before);
  });
});

test('a list of devices takes as many statements with ten devices as with one', async () => {
  const own = await organization('statements');
  const audience = await own.audience('Sales', { mdmUserGroups: [['sales']], deviceGroups: [['sales']] });
  await own.rule('Rule', {
    audienceIds: [audience.id],
    actions: [windowsAction((await own.policy('Sales')).id)],
  });
  const statements = async () => {
    server.takeStatements();
    const { json } = await own.send('/windows/enterprise/devices?limit=100');
    for (const item of json.data.items) expect(item.winPolicyAssignmentsEnforced).toHaveLength(1);
    return server.takeStatements().length;
  };
  const addDevice = async (index: number) => {
    const { id, email } = await own.user(`${index}@example.com`, undefined, { tags: ['sales'] });
    await own.device({ user: { id, email } });
  };
  await addDevice(0);
  await statements();
  const withOne = await statements();
  for (let index = 1; index < 10; index++) await addDevice(index);
  expect(await statements()).toBe(withOne);
});
