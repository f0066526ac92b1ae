import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { windowsOrganization } from '../../../../test/support/windows-organization.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import { post, put, remove, gives, windowsAction, applePolicy } from '../fixtures/rules.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const organization = (slug: string, plan?: string) => windowsOrganization(server, slug, plan);
const unknownId = 'ffffffffffffffffffffffff';

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
