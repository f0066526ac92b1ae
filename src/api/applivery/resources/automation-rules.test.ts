import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import { createPolicy, deviceConfigurations } from '../../../policies/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const organization = (slug: string, plan?: string) => windowsOrganization(server, slug, plan);
const post = (own: WindowsOrganization, body: unknown) =>
  own.send('/automation-rules', { method: 'POST', body });
const put = (own: WindowsOrganization, id: string, body: unknown, headers = {}) =>
  own.send(`/automation-rules/${id}`, { method: 'PUT', body, headers });
const remove = (own: WindowsOrganization, path: string) => own.send(path, { method: 'DELETE' });

const gives = (policyId: Id, priority = 100, platform = 'windows') => ({
  type: 'policy',
  platform,
  policyId: hexOfId(policyId),
  priority,
});
const windowsAction = (policyId: Id, priority = 100) => ({
  platform: 'windows' as const,
  policyId,
  priority,
});
const applePolicy = (own: WindowsOrganization) =>
  own.change((context) =>
    createPolicy(context, deviceConfigurations, {
      kind: 'macOSGeneralDeviceConfiguration',
      name: 'Mac',
      document: {},
    }),
  );
const readDevice = async (own: WindowsOrganization, id: Id) =>
  (await own.send(`/windows/enterprise/devices/${hexOfId(id)}`)).json.data;

const unknownId = 'ffffffffffffffffffffffff';

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

describe('refused', () => {
  test('audiences and policies must be there, once, and be of the platform', async () => {
    const own = await organization('named');
    const other = await organization('named-elsewhere');
    const audience = await own.audience('Sales', {});
    const foreign = await other.audience('Foreign', {});
    const foreignPolicy = await other.policy('Foreign');
    const policy = await own.policy('Sales');
    const mac = await applePolicy(own);
    const { status, json } = await post(own, {
      name: 'Wrong',
      deviceAudiences: [hexOfId(foreign.id), hexOfId(audience.id), hexOfId(audience.id), unknownId],
      actions: [
        gives(policy.id, 1, 'apple'),
        gives(mac.id, 1),
        gives(foreignPolicy.id, 1),
        gives(policy.id),
        gives(policy.id),
      ],
    });
    expect(status).toBe(400);
    const wrong = (id: Id, message: string) => `'${hexOfId(id)}' ${message}`;
    expect(json.error).toMatchObject({
      code: 5209,
      details: [
        {
          path: 'deviceAudiences[0]',
          message: wrong(foreign.id, 'is not a device audience of this organization'),
        },
        { path: 'deviceAudiences[2]', message: wrong(audience.id, 'is named by deviceAudiences[1] already') },
        { path: 'deviceAudiences[3]' },
        {
          path: 'actions[0].policyId',
          message: wrong(policy.id, 'is a policy for the platform windows, not apple'),
        },
        {
          path: 'actions[1].policyId',
          message: wrong(mac.id, 'is a policy for the platform apple, not windows'),
        },
        {
          path: 'actions[2].policyId',
          message: wrong(foreignPolicy.id, 'is not a policy of this organization'),
        },
        { path: 'actions[3].policyId', message: wrong(policy.id, 'is given by actions[0] already') },
        { path: 'actions[4].policyId' },
      ],
    });
    expect((await own.send('/automation-rules')).json.data.totalDocs).toBe(0);
  });

  test('input out of its limits, at creation and at a change', async () => {
    const own = await organization('limits');
    const audience = await own.audience('Sales', {});
    const policy = await own.policy('Sales');
    const good = {
      name: 'Good',
      deviceAudiences: [hexOfId(audience.id)],
      actions: [gives(policy.id)],
    };
    const { id } = (await post(own, good)).json.data;
    for (const wrong of [
      { actions: [] },
      { deviceAudiences: [] },
      { name: '' },
      { name: 'x'.repeat(129) },
      { actions: [gives(policy.id, -1)] },
      { actions: [gives(policy.id, 10_001)] },
      { actions: [gives(policy.id, 1.5)] },
      { actions: [gives(policy.id, 1, 'android')] },
      { actions: [{ ...gives(policy.id), type: 'notify' }] },
      { enabled: 'yes' },
    ]) {
      const at = JSON.stringify(wrong).slice(0, 80);
      expect((await post(own, { ...good, name: 'Other', ...wrong })).status, at).toBe(400);
      expect((await put(own, id, wrong)).status, at).toBe(400);
    }
    const taken = await post(own, { ...good, name: 'GOOD' });
    expect(taken.status).toBe(409);
    expect(taken.json.error.details).toMatchObject([{ path: 'name' }]);
    const { json } = await own.send('/automation-rules');
    expect(json.data.items).toMatchObject([{ ...good, updatedAt: '2026-03-01T12:00:00.000Z' }]);
  });

  test('what a rule uses cannot be removed, and the refusal names the rule', async () => {
    const own = await organization('used');
    const audience = await own.audience('Sales', {});
    const policy = await own.policy('Sales policy');
    const device = await own.device({ displayName: 'Laptop' });
    await own.put(`/devices/${hexOfId(device.id)}`, { winPolicyId: hexOfId(policy.id) });
    const rule = await own.rule('Sales rule', {
      audienceIds: [audience.id],
      actions: [windowsAction(policy.id)],
      enabled: false,
    });
    const audienceUrl = `/device-audiences/${hexOfId(audience.id)}`;
    const policyUrl = `/windows/enterprise/policies/${hexOfId(policy.id)}`;
    const refused = await remove(own, audienceUrl);
    expect(refused.status).toBe(409);
    expect(refused.json.error.details[0].message).toBe(
      "The device audience 'Sales' is used by 1 automation rule ('Sales rule'). Take it from them first.",
    );
    const refusedPolicy = await remove(own, policyUrl);
    expect(refusedPolicy.status).toBe(409);
    expect(refusedPolicy.json.error.details[0].message).toBe(
      "The policy 'Sales policy' is assigned to 1 device ('Laptop') and is given by 1 automation rule ('Sales rule'). Take it from them first.",
    );
    await remove(own, `/automation-rules/${hexOfId(rule.id)}`);
    expect((await remove(own, audienceUrl)).status).toBe(200);
    await own.put(`/devices/${hexOfId(device.id)}`, { winPolicyId: null });
    expect((await remove(own, policyUrl)).status).toBe(200);
  });

  test('a device configuration that a rule gives is not removed by the other APIs either', async () => {
    const own = await organization('used-mac');
    const { id } = await applePolicy(own);
    await own.rule('Macs', {
      audienceIds: [(await own.audience('Nobody', {})).id],
      actions: [{ platform: 'apple', policyId: id, priority: 1 }],
    });
    const sentence = "The policy 'Mac' is given by 1 automation rule ('Macs'). Take it from them first.";
    for (const url of [
      `/v1.0/deviceManagement/deviceConfigurations/${id}`,
      `/beta/deviceManagement/deviceConfigurations/${id}`,
      `/api/v1/organizations/${own.tenant.organization.slug}/policies/${id}`,
    ]) {
      const answer = await server.send({ method: 'DELETE', url, token: own.tenant.token });
      expect([answer.status, answer.text], url).toEqual([409, expect.stringContaining(sentence)]);
    }
  });

  test('what would make cycles: rules give policies, and change nothing that an audience looks for', async () => {
    const own = await organization('cycles');
    const audience = await own.audience('Sales', { deviceGroups: [['sales']] });
    const policy = await own.policy('Sales');
    const body = { name: 'Sales', deviceAudiences: [hexOfId(audience.id)] };
    for (const action of [
      { type: 'tag', tags: ['sales'] },
      { type: 'group', groupId: hexOfId(audience.id) },
      { type: 'audience', deviceAudienceId: hexOfId(audience.id) },
      gives(audience.id),
    ]) {
      const { status, json } = await post(own, { ...body, actions: [gives(policy.id), action] });
      expect([status, json.error.details[0].path], action.type).toEqual([
        400,
        expect.stringMatching(/^actions\[1\]/),
      ]);
    }
    const made = await post(own, { ...body, actions: [gives(policy.id)] });
    const { id } = made.json.data;
    const itself = await put(own, id, { deviceAudiences: [id] });
    expect([itself.status, itself.json.error.details[0].message]).toEqual([
      400,
      `'${id}' is not a device audience of this organization`,
    ]);
  });

  test('of a rule made and its audience removed at once, one is refused, and none is a 500', async () => {
    const own = await organization('at-once');
    const policy = await own.policy('Sales');
    for (let round = 0; round < 8; round++) {
      const audience = await own.audience(`Audience ${round}`, {});
      const [made, removed] = await Promise.all([
        post(own, {
          name: `Rule ${round}`,
          deviceAudiences: [hexOfId(audience.id)],
          actions: [gives(policy.id)],
        }),
        remove(own, `/device-audiences/${hexOfId(audience.id)}`),
      ]);
      expect([
        [200, 409],
        [400, 200],
      ]).toContainEqual([made.status, removed.status]);
    }
  });

  test('rules of another organization are not there', async () => {
    const own = await organization('mine');
    const other = await organization('theirs');
    const rule = await other.rule('Theirs', {
      audienceIds: [(await other.audience('Theirs', {})).id],
      actions: [windowsAction((await other.policy('Theirs')).id)],
    });
    const url = `/automation-rules/${hexOfId(rule.id)}`;
    expect((await own.send(url)).status).toBe(404);
    expect((await put(own, hexOfId(rule.id), { name: 'Mine' })).status).toBe(404);
    expect((await remove(own, url)).status).toBe(404);
    expect((await other.send(url)).json.data.name).toBe('Theirs');
  });

  test('a plan without rules is 5050', async () => {
    const own = await organization('small', 'starter');
    const policy = await own.policy('Sales');
    const { status, json } = await post(own, {
      name: 'x',
      deviceAudiences: [unknownId],
      actions: [gives(policy.id)],
    });
    expect(status).toBe(400);
    expect(json.error.code).toBe(5050);
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
