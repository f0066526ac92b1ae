import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestRequest, type TestServer } from '../../../../test/support/server.ts';
import { sql } from '../../../database/index.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import { expectUpToDate } from '../../../policies/desired-state/fixtures/up-to-date.ts';
import {
  config,
  configurations,
  contents,
  keyOf,
  macType,
  minimum,
  minLength,
  planner,
  problem,
  toDevices,
} from '../fixtures/planner.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('a plan is outdated', () => {
  test('by a change of what it changes, whoever made it, and nothing of it is done', async () => {
    const { native, send, planned, apply, configuration, get, mac, wantedBy } = await planner(server);
    const policy = await configuration('Passwords', { passwordRequired: true, passwordMinimumLength: 6 });
    const device = await mac();
    await send({
      method: 'POST',
      url: `${configurations}/${policy.id}/assign`,
      body: { assignments: [toDevices] },
    });
    const group = {
      method: 'POST',
      url: `${native}/groups`,
      body: { displayName: 'New', mailNickname: 'new' },
    };
    for (const other of [
      minimum(policy.id, 7),
      { ...minimum(policy.id, 0), body: { '@odata.type': macType, passwordBlockSimple: true } },
      { ...minimum(policy.id, 0), body: { '@odata.type': macType, displayName: 'Other' } },
      { method: 'POST', url: `${configurations}/${policy.id}/assign`, body: { assignments: [] } },
      { method: 'DELETE', url: `${configurations}/${policy.id}` },
    ]) {
      const { id } = await planned(group, minimum(policy.id, 12));
      const { status } = await send(other as TestRequest);
      expect(status, JSON.stringify(other)).toBeLessThan(300);
      const before = await contents(server);
      expect(await apply(id), JSON.stringify(other)).toMatchObject(problem(409, 'outdated'));
      expect(await contents(server)).toEqual(before);
      expect((await get('/groups')).items).toEqual([]);
    }
    expect(await wantedBy(device)).toEqual({});
  });

  test('by a tag that decides who gets it, not by one that does not, nor by what is unrelated', async () => {
    const { own, native, send, planned, apply, configuration, wantedBy } = await planner(server);
    const [device, other] = [await own.device({ tags: ['sales'] }), await own.device()];
    const policy = await own.policy('Sales', { config: { [config('A')]: 1 } });
    const audience = await own.audience('Sales', { deviceGroups: [['sales']] });
    const rule = {
      name: 'Sales',
      deviceAudiences: [hexOfId(audience.id)],
      actions: [{ type: 'policy', platform: 'windows', policyId: hexOfId(policy.id), priority: 5 }],
    };
    const change = {
      method: 'POST',
      url: `/v1/organizations/${own.tenant.organization.slug}/mdm/automation-rules`,
      body: rule,
    };
    const tag = async (id: Id, ...tags: string[]) =>
      expect((await own.put(`/devices/${hexOfId(id)}`, { tags })).status).toBe(200);
    const outdated = await planned(change);
    await tag(other.id, 'sales');
    expect(await apply(outdated.id)).toMatchObject(problem(409, 'outdated'));
    expect((await own.send('/automation-rules')).json.data.totalDocs).toBe(0);

    const fitting = await planned(change);
    expect(fitting.counts.devices).toBe(2);
    await tag(device.id, 'sales', 'night');
    await configuration('Unrelated', {});
    await send({
      method: 'POST',
      url: `${native}/groups`,
      body: { displayName: 'New', mailNickname: 'new' },
    });
    expect((await apply(fitting.id)).status).toBe(200);
    for (const of of [device, other]) expect(await wantedBy(of)).toEqual({ [keyOf('A')]: [1, 'Sales'] });
  });

  test('by an operating system that can take less or more of it, not by one that takes the same', async () => {
    const { get, planned, apply, mac, configuration } = await planner(server);
    const devices = [await mac(), await mac()];
    const policy = await configuration('Screen', { screenCaptureBlocked: true });
    const change = {
      method: 'POST',
      url: `${configurations}/${policy.id}/assign`,
      body: { assignments: [toDevices] },
    };
    const updateTo = (osVersion: string) =>
      sql`update devices_device set summary = summary || jsonb_build_object('osVersion', ${osVersion}::text)
        where id = ${devices[0]!.id}`.execute(server.database.connection);
    const outdated = await planned(change);
    await updateTo('10.10');
    expect(await apply(outdated.id)).toMatchObject(problem(409, 'outdated'));

    await updateTo('15.2');
    const fitting = await planned(change);
    expect((await get(`/plans/${fitting.id}/differences`)).items).toMatchObject([{ devices: 2 }]);
    await updateTo('15.3');
    expect((await apply(fitting.id)).status).toBe(200);
  });

  test('after a day', async () => {
    const { planned, apply, configuration, get } = await planner(server);
    const policy = await configuration('Passwords', {});
    const { id } = await planned(minimum(policy.id, 12));
    server.advance(24 * 3_600_000 + 1);
    expect(await apply(id)).toMatchObject(
      problem(409, 'outdated', { detail: 'The plan has expired. Make it again.' }),
    );
    const next = await planned(minimum(policy.id, 12));
    expect((await get('/plans')).items.map((item: { id: string }) => item.id)).toEqual([next.id]);
  });
});

describe('at once', () => {
  test('of two who apply a plan, one does', async () => {
    const { planned, apply, configuration, get } = await planner(server);
    const policy = await configuration('Passwords', {});
    const { id } = await planned(minimum(policy.id, 12));
    const answers = await Promise.all([1, 2, 3, 4].map(() => apply(id)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409]);
    expect((await get(`/policies/${policy.id}`)).version).toBe(2);
  });

  test('of plans of one policy, one is applied, and a change of the policy comes before it or behind', async () => {
    const { planned, apply, configuration, get, send, mac, wantedBy } = await planner(server);
    const device = await mac();
    const policy = await configuration('Passwords', { passwordRequired: true, passwordMinimumLength: 4 });
    await send({
      method: 'POST',
      url: `${configurations}/${policy.id}/assign`,
      body: { assignments: [toDevices] },
    });
    for (let round = 0; round < 6; round++) {
      const plans = [await planned(minimum(policy.id, 10)), await planned(minimum(policy.id, 11))];
      const [change, ...applied] = await Promise.all([
        send(minimum(policy.id, 12) as TestRequest),
        ...plans.map(({ id }) => apply(id)),
      ]);
      const statuses = applied.map(({ status }) => status);
      expect(change.status).toBe(200);
      expect([
        [409, 409],
        [200, 409],
        [409, 200],
      ]).toContainEqual(statuses);
      const { document } = await get(`/policies/${policy.id}`);
      expect(document.passwordMinimumLength).toBe(12);
      expect((await wantedBy(device))[minLength]).toEqual([12, 'Passwords']);
      await send(minimum(policy.id, 4) as TestRequest);
    }
  });

  test('changes of everything, with plans of them: every device has what it would have from nothing', async () => {
    const { own, applivery, planned, apply, send, mac, configuration } = await planner(server);
    const pcs = [await own.device(), await own.device(), await own.device()];
    await mac();
    const policy = await configuration('Passwords', { passwordRequired: true, passwordMinimumLength: 4 });
    const windows = await own.policy('Sales', { config: { [config('A')]: 1 } });
    const audience = await own.audience('Sales', { deviceGroups: [['sales']] });
    const rule = await own.rule('Sales', {
      audienceIds: [audience.id],
      actions: [{ policyId: windows.id, platform: 'windows', priority: 5 }],
    });
    const tag = (index: number, ...tags: string[]) => ({
      method: 'PUT',
      url: `${applivery}/windows/enterprise/devices/${hexOfId(pcs[index]!.id)}`,
      body: { tags },
    });
    const assign = (...assignments: object[]) => ({
      method: 'POST',
      url: `${configurations}/${policy.id}/assign`,
      body: { assignments },
    });
    const enable = (enabled: boolean) => ({
      method: 'PUT',
      url: `${applivery}/automation-rules/${hexOfId(rule.id)}`,
      body: { enabled },
    });
    const rounds = [
      [[tag(0, 'sales'), assign(toDevices)], [tag(1, 'sales')], [enable(false)]],
      [
        [tag(0), enable(true)],
        [tag(0, 'sales'), tag(1)],
        [minimum(policy.id, 5), assign()],
      ],
      [[assign(toDevices), minimum(policy.id, 6)], [enable(false), enable(true)], [tag(2, 'sales')]],
    ];
    let applied = 0;
    for (const round of rounds) {
      const plans = [];
      for (const changes of round) plans.push(await planned(...changes));
      const answers = await Promise.all([
        ...plans.map(({ id }) => apply(id)),
        send(tag(2, 'night') as TestRequest),
        send(minimum(policy.id, 7) as TestRequest),
        send(assign(toDevices) as TestRequest),
      ]);
      for (const { status, text } of answers) expect([200, 409], text).toContain(status);
      applied += answers.slice(0, 3).filter(({ status }) => status === 200).length;
      await own.change(expectUpToDate);
    }
    expect(applied).toBeGreaterThan(0);
  });
});
