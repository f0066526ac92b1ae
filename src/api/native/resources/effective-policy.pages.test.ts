import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import type { WindowsOrganization } from '../../../../test/support/windows-organization.ts';
import { sql } from '../../../database/index.ts';
import type { Device } from '../../../devices/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { config as node, keyOf, minLength, missingId, planner, problem } from '../fixtures/planner.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** A Windows PC and its effective policy. `said` is what the PC reported of its nodes. */
async function computer(policies: readonly Record<string, number>[], said: Record<string, string> = {}) {
  const { own, native, send } = await planner(server);
  const device = await own.device({
    config: said,
    enrolledAt: server.now(),
    lastStatusReportAt: server.now(),
  });
  const created = [];
  for (const [index, config] of policies.entries()) created.push(await own.policy(`P${index}`, { config }));
  const assign = (winPolicyAssignments: object[]) =>
    own.put(`/devices/${hexOfId(device.id)}`, { winPolicyAssignments });
  await assign(created.map(({ id }, index) => ({ winPolicyId: hexOfId(id), priority: index })));
  const ask = (query = '') => send({ url: `${native}/devices/${device.id}/effective-policy${query}` });
  const get = async (query = '') => {
    const answer = await ask(query);
    expect(answer.status, answer.text).toBe(200);
    return answer.json;
  };
  const keys = async (query: string): Promise<string[]> =>
    (await get(query)).settings.map(({ key }: { key: string }) => key);
  return { own, native, send, device, policies: created, assign, ask, get, keys };
}

const numbered = (from: number, to: number): Record<string, number> =>
  Object.fromEntries(
    Array.from({ length: to - from }, (_, index) => [node(`N${from + index}`), from + index]),
  );

interface Page {
  readonly settings: readonly object[];
  readonly next: string | null;
}

async function walk(get: (query: string) => Promise<Page>, query: string) {
  const pages = [];
  for (let after: string | null = ''; after !== null;) {
    const page: Page = await get(`${query}${after && `&after=${after}`}`);
    pages.push(page);
    after = page.next;
  }
  return pages;
}

async function report({ own }: { own: WindowsOrganization }, { id }: Device, config: Record<string, string>) {
  await own.change(({ db }) =>
    sql`update devices_device set config = ${JSON.stringify(config)}::jsonb where id = ${id}`.execute(
      db.connection,
    ),
  );
}

describe('pages', () => {
  test('a default one has 100 settings; the counts, and the timeline, are of all', async () => {
    const { device, native, send, get } = await computer([numbered(0, 150)]);
    const first = await get();
    expect(first.settings).toHaveLength(100);
    expect(first.counts).toEqual({
      pending: 150,
      delivered: 0,
      verified: 0,
      error: 0,
      conflict: 0,
      notApplicable: 0,
      retained: 0,
    });
    const second = await get(`?after=${first.next}`);
    expect(second).toMatchObject({ counts: first.counts, next: null });
    expect([...first.settings, ...second.settings]).toEqual((await get('?limit=1000')).settings);
    const timeline = await send({ url: `${native}/devices/${device.id}/timeline` });
    expect(
      timeline.json.items.find(({ kind }: { kind: string }) => kind === 'waiting').details.settings,
    ).toBe(150);
  });

  test.each([1, 2, 5, 6, 7])('of %i come to the whole, with and without a filter', async (limit) => {
    const { get } = await computer([numbered(0, 4), numbered(2, 6)], { [node('N3')]: '3' });
    for (const filter of ['', '&state=pending', `&key=${node('N3')}`]) {
      const whole = await get(`?limit=1000${filter}`);
      const pages = await walk(get, `?limit=${limit}${filter}`);
      expect(pages).toHaveLength(Math.ceil(whole.settings.length / limit));
      expect(pages.flatMap(({ settings }) => settings)).toEqual(whole.settings);
      for (const page of pages)
        expect({ ...page, settings: [], next: null }).toEqual({ ...whole, settings: [] });
    }
  });

  test('go on while the device reports, and none is told twice', async () => {
    const of = await computer([numbered(0, 6)]);
    const first = await of.get('?limit=2&state=pending');
    await report(of, of.device, { [node('N0')]: '0', [node('N3')]: '3' });
    const second = await of.get(`?limit=2&state=pending&after=${first.next}`);
    expect([...first.settings, ...second.settings].map(({ value }) => value)).toEqual([0, 1, 2, 4]);
    expect(second.counts).toMatchObject({ pending: 4, verified: 2 });
  });

  test('end when what the device shall have has changed, and not when another device has', async () => {
    const of = await computer([numbered(0, 6), { [node('Old')]: 1 }]);
    const { next } = await of.get('?limit=2');
    const other = await of.own.policy('Other', { config: { [node('Other')]: 1 } });
    const elsewhere = await of.own.device();
    await of.own.put(`/devices/${hexOfId(elsewhere.id)}`, { winPolicyId: hexOfId(other.id) });
    expect((await of.ask(`?limit=2&after=${next}`)).status).toBe(200);

    const outdated = problem(409, 'outdated', { detail: expect.stringContaining('first page') });
    await of.assign([{ winPolicyId: hexOfId(of.policies[0]!.id), priority: 0 }]);
    expect(await of.ask(`?limit=2&after=${next}`)).toMatchObject(outdated);
    const again = await of.get('?limit=2');
    await of.own.send(`/windows/enterprise/devices/${hexOfId(of.device.id)}`, { method: 'DELETE' });
    expect(await of.ask(`?limit=2&after=${again.next}`)).toMatchObject(outdated);
    expect(await of.get()).toMatchObject({ settings: [], next: null, counts: { pending: 0 } });
  });

  test('behind the last setting are empty', async () => {
    const { get } = await computer([numbered(0, 3)]);
    const { next } = await get('?limit=1');
    const beyond = next.replace(/\.\d+$/, '.999999999');
    expect(await get(`?after=${beyond}`)).toMatchObject({ settings: [], next: null, counts: { pending: 3 } });
  });
});

describe('filters', () => {
  test('by state: one, or several', async () => {
    const { device, own, ...of } = await computer(
      [{ [node('Same')]: 1, [node('Failed')]: 1, [node('Waits')]: 1 }],
      { [node('Same')]: '1' },
    );
    const failed = { isError: true, status: 404, reason: 'CommandNotFound', attempts: [] };
    await report({ own }, device, { [node('Same')]: '1', [node('Failed')]: failed as never });
    const counts = {
      pending: 1,
      delivered: 0,
      verified: 1,
      error: 1,
      conflict: 0,
      notApplicable: 0,
      retained: 0,
    };
    expect(await of.get('?state=error')).toMatchObject({ settings: [{ key: keyOf('Failed') }], counts });
    expect(await of.keys('?state=verified&state=pending')).toEqual([keyOf('Same'), keyOf('Waits')]);
    expect(await of.get('?state=conflict')).toMatchObject({ settings: [], next: null, counts });
  });

  test('by conflict: equally strong policies that say different things', async () => {
    const of = await computer([{ [node('A')]: 1, [node('B')]: 1 }, { [node('A')]: 2 }]);
    await of.assign(of.policies.map(({ id }) => ({ winPolicyId: hexOfId(id), priority: 5 })));
    const { settings, counts } = await of.get('?state=conflict');
    expect(settings).toMatchObject([
      { key: keyOf('A'), state: 'conflict', reason: expect.stringContaining("'P1'") },
    ]);
    expect(counts).toMatchObject({ conflict: 1, pending: 1 });
  });

  test('by key: one, or all below it, in any spelling', async () => {
    const { keys } = await computer([
      { [node('Lock')]: 1, [node('Lock/A')]: 1, [node('Lock/B/C')]: 1, [node('Locker')]: 1 },
    ]);
    const below = ['Lock', 'Lock/A', 'Lock/B/C'].map(keyOf);
    for (const key of [
      node('Lock'),
      keyOf('Lock'),
      `${node('Lock')}/`,
      './Vendor/MSFT/Policy/Config/Lock',
      './DEVICE/vendor/msft/policy/config/LOCK',
    ]) {
      expect(await keys(`?key=${encodeURIComponent(key)}`), key).toEqual(below);
    }
    expect(await keys(`?key=${node('Lock/A')}`)).toEqual([keyOf('Lock/A')]);
    expect(await keys('?key=./Device')).toHaveLength(4);
    for (const key of [node('Loc'), 'lock', '*', '%', './User']) {
      expect(await keys(`?key=${encodeURIComponent(key)}`), key).toEqual([]);
    }
  });

  test('by key on a Mac: a payload, or one of its keys', async () => {
    const { configuration, send, mac, get } = await planner(server);
    const policy = await configuration('Mac', {
      passwordRequired: true,
      passwordMinimumLength: 8,
      screenCaptureBlocked: true,
    });
    await send({
      method: 'POST',
      url: `/v1.0/deviceManagement/deviceConfigurations/${policy.id}/assign`,
      body: { assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }] },
    });
    const device = await mac();
    const found = async (key: string) => {
      const { settings } = await get(`/devices/${device.id}/effective-policy?key=${key}`);
      return settings.map((setting: { key: string }) => setting.key);
    };
    expect(await found('com.apple.applicationaccess')).toEqual([
      'com.apple.applicationaccess/allowScreenShot',
    ]);
    expect(await found('COM.APPLE.applicationAccess/allowscreenshot')).toHaveLength(1);
    expect(await found(minLength)).toEqual([minLength]);
    expect(await found('com.apple')).toEqual([]);
  });

  test('by policy: what it wins and loses, and what of it the device does not get', async () => {
    const of = await computer([
      { [node('A')]: 1, [node('B')]: 1 },
      { [node('B')]: 2, [node('C')]: 2 },
      { [node('D')]: 3 },
    ]);
    const { send, policies } = of;
    const { id } = (
      await send({
        method: 'POST',
        url: '/v1.0/deviceManagement/deviceConfigurations',
        body: { '@odata.type': '#microsoft.graph.macOSGeneralDeviceConfiguration', displayName: 'Macs' },
      })
    ).json;
    await send({
      method: 'POST',
      url: `/v1.0/deviceManagement/deviceConfigurations/${id}/assign`,
      body: { assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }] },
    });
    const second = policies[1]!.id;
    for (const policyId of [second, hexOfId(second)]) {
      expect(await of.get(`?policyId=${policyId}`)).toMatchObject({
        settings: [
          { key: keyOf('B'), value: 1, losers: [{ policy: { id: second } }] },
          { key: keyOf('C'), winner: { policy: { id: second } } },
        ],
        counts: { pending: 4 },
        notApplicable: [],
      });
    }
    expect(await of.get(`?policyId=${id}`)).toMatchObject({
      settings: [],
      notApplicable: [{ policy: { id }, reason: 'otherSystem' }],
    });
    expect((await of.get()).notApplicable).toHaveLength(1);
    expect(await of.get(`?policyId=${missingId}`)).toMatchObject({ settings: [], notApplicable: [] });
    expect(await of.keys(`?policyId=${second}&key=${node('C')}&state=pending`)).toEqual([keyOf('C')]);
    expect(await of.keys(`?policyId=${second}&key=${node('C')}&state=error`)).toEqual([]);
  });
});

test.each([
  ['after=2', 'after'],
  ['after=', 'after'],
  [`after=${'a'.repeat(64)}.-1`, 'after'],
  [`after=${'a'.repeat(200)}`, 'after'],
  ['limit=0', 'limit'],
  ['limit=1001', 'limit'],
  ['state=left', 'state'],
  ['state=', 'state'],
  ['key=', 'key'],
  ['key=a&key=b', 'key'],
  ['policyId=P1', 'policyId'],
  ['policy=P1', 'policy'],
])('%s is refused by name', async (query, name) => {
  const { own, native, send } = await planner(server);
  const device = await own.device();
  const answer = await send({ url: `${native}/devices/${device.id}/effective-policy?${query}` });
  expect(answer, answer.text).toMatchObject(
    problem(400, 'invalidInput', { violations: [{ path: expect.stringMatching(`^${name}`) }] }),
  );
});

test('a page takes as many statements as the whole, whatever is asked for', async () => {
  const { get, policies } = await computer([numbered(0, 150), numbered(100, 250)]);
  await get();
  const counts = new Set<number>();
  for (const query of ['', '?limit=1', '?limit=1000', `?policyId=${policies[0]!.id}`, '?state=error']) {
    server.takeStatements();
    await get(query);
    counts.add(server.takeStatements().length);
  }
  // The token, the device, what is stored for it with the reasons, what was delivered, and when it was heard of.
  expect([...counts]).toEqual([5]);
});
