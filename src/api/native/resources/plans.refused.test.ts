import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import { allPermissions, type Permission } from '../../../tenancy/index.ts';
import { endpoints } from '../endpoints.ts';
import {
  config,
  configurations,
  contents,
  macType,
  minimum,
  missingId,
  planner,
  problem,
  refusal,
  toDevices,
} from '../fixtures/planner.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('refused', () => {
  test('a change that its API refuses, with its place and what the API says', async () => {
    const { native, applivery, plan, configuration } = await planner(server);
    const policy = await configuration('Passwords', {});
    const fine = minimum(policy.id, 12);
    for (const [change, message] of [
      [
        { ...fine, body: { '@odata.type': macType, passwordMinimumLength: 'x' } },
        /would be answered with 400: .*passwordMinimumLength/,
      ],
      [
        { ...fine, url: `${configurations}/${missingId}` },
        new RegExp(`would be answered with 404: .*${missingId}`),
      ],
      [{ ...fine, headers: { 'If-Match': 'W/"7"' } }, /would be answered with 412/],
      [{ method: 'POST', url: `${native}/groups`, body: {} }, /400: displayName: .*required/],
      [
        { method: 'POST', url: `${native}/groups`, body: { '{x': 1, displayName: 'x', mailNickname: 'x' } },
        /400: /,
      ],
      [
        {
          method: 'POST',
          url: `${applivery}/automation-rules`,
          body: { name: 'x', deviceAudiences: [missingId], actions: [] },
        },
        /400: deviceAudiences\[0\]: .* \(and 1 more\)$/,
      ],
      [{ method: 'DELETE', url: `${applivery}/users/${hexOfId(missingId as Id)}` }, /404: .*does not exist/],
      [
        { method: 'PATCH', url: `${configurations}/${policy.id}`, body: { '@odata.type': macType, '{x': 1 } },
        /400: /,
      ],
      [{ method: 'POST', url: '/v1.0/groups', body: { '{x': 1 } }, /400: /],
      [{ method: 'POST', url: `/v1.0/{x`, body: { '{x': 1 } }, /40.: /],
      [{ method: 'PUT', url: `${native}/groups`, body: {} }, /405: /],
      [{ method: 'POST', url: `/healthz` }, /404: /],
      [{ method: 'POST', url: `/` }, /404: /],
    ] as const) {
      expect(await plan([fine, change]), JSON.stringify(change)).toMatchObject(refusal(1, message));
    }
  });

  test('tokens, applications, plans and batches within a plan, however they are spelled', async () => {
    const { native, plan, get, own } = await planner(server);
    const slug = own.tenant.organization.slug;
    const token = { serviceAccount: 'x', permissions: ['windows.device.read'] };
    const urls = [
      `${native}/tokens`,
      `${native}//tokens/`,
      `//api//v1//organizations//${slug}//tokens`,
      `/api/v1/organizations/${slug}/%74okens`,
      `/%61pi/v1/organizations/${slug}/tokens`,
      `/%61pi/%76%31/%6frganizations/${slug}/t%6fkens?x=1#y`,
      `${native}/tokens?plans`,
      `/api/v1/organizations/${own.tenant.organization.id}/tokens`,
      `/api/v1/organizations/${own.tenant.hexId.toUpperCase()}/tokens`,
      `${native}/TOKENS`,
      `${native}/tokens;x=1`,
      `${native}/./tokens`,
      `${native}/groups/../tokens`,
      `${native}/groups/%2e%2e/tokens`,
      `${native}%2ftokens`,
    ];
    const tokens = async () => (await get('/tokens')).items.map((item: { id: string }) => item.id);
    const before = await tokens();
    for (const url of urls) {
      const answer = await plan([{ method: 'POST', url, body: token }]);
      expect(answer.status, `${url} ${answer.text}`).toBe(400);
    }
    for (const url of [`${native}/applications`, `${native}/%61pplications`]) {
      expect(
        (await plan([{ method: 'POST', url, body: { name: 'x', permissions: token.permissions } }])).status,
        url,
      ).toBe(400);
    }
    const inner = { changes: [{ method: 'POST', url: `${native}/groups`, body: {} }] };
    for (const url of [
      `${native}/plans`,
      `${native}/%70lans`,
      `${native}/plans/${missingId}/apply`,
      `${native}/p%6cans/${missingId}/apply`,
    ]) {
      expect((await plan([{ method: 'POST', url, body: inner }])).status, url).toBe(400);
    }
    const batch = {
      requests: [
        {
          id: '1',
          method: 'POST',
          url: '/groups',
          body: { displayName: 'x', mailNickname: 'x', mailEnabled: false, securityEnabled: true },
        },
      ],
    };
    for (const url of [
      '/v1.0/$batch',
      '/beta/%24batch',
      '/v1.0//$batch/',
      '/v1.0/$BATCH',
      '/v1.0/$batch?x',
      `/v1.0/deviceManagement/$batch`,
      `/V1.0/$batch`,
    ]) {
      expect((await plan([{ method: 'POST', url, body: batch }])).status, url).toBe(400);
    }
    expect(await tokens()).toEqual(before);
    expect((await get('/groups')).items).toEqual([]);
    expect((await get('/plans')).items).toEqual([]);
  });

  test('what is no list of at most 100 changes', async () => {
    const { native, send, plan, configuration, get } = await planner(server);
    const policy = await configuration('Passwords', {});
    const fine = minimum(policy.id, 12);
    const wrong: [changes: unknown, path: string][] = [
      [[], 'changes'],
      [Array.from({ length: 101 }, () => fine), 'changes'],
      [{}, 'changes'],
      [[null], 'changes[0]'],
      [[{ ...fine, method: 'GET' }], 'changes[0].method'],
      [[fine, { ...fine, method: 'OPTIONS' }], 'changes[1].method'],
      [[{ ...fine, method: '' }], 'changes[0].method'],
      [[{ ...fine, url: 'https://localhost:8443/v1.0/groups' }], 'changes[0].url'],
      [[{ ...fine, url: `/${'x'.repeat(4_096)}` }], 'changes[0].url'],
      [[{ ...fine, url: '/v1.0/groups\0' }], 'changes[0].url'],
      [[{ ...fine, header: { 'If-Match': 'W/"1"' } }], 'changes[0].header'],
      [[{ ...fine, headers: { 'if-match': 'W/"1"' } }], 'changes[0].headers.if-match'],
      [[{ ...fine, headers: { Authorization: 'Bearer x' } }], 'changes[0].headers.Authorization'],
      [[{ ...fine, body: { displayName: 'a\0b' } }], 'changes[0].body.displayName'],
      [[{ ...fine, body: { displayName: '\ud800' } }], 'changes[0].body.displayName'],
    ];
    for (const [changes, path] of wrong) {
      const answer = await send({ method: 'POST', url: `${native}/plans`, body: { changes } });
      expect(answer, path).toMatchObject(problem(400, 'invalidInput', { violations: [{ path }] }));
    }
    const texts = [
      `{"changes": [{"method": "POST", "url": "/v1.0/groups", "body": {"__proto__": {"displayName": "x"}}}]}`,
      `{"changes": [{"method": "POST", "url": "/v1.0/groups", "body": {"n": 1e400}}]}`,
      `{"changes": [{"method": "POST", "url": "/v1.0/groups", "body": {"n": 123456789012345678901234567890}}]}`,
      `{"changes": [{"method": "POST", "url": "/v1.0/groups", "body": ${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`,
      `{"changes": [{"method": "POST", "url": "/v1.0/groups", "body": ${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}]}`,
    ];
    for (const body of texts) {
      expect((await send({ method: 'POST', url: `${native}/plans`, body })).status, body.slice(0, 80)).toBe(
        400,
      );
    }
    const large = { changes: [{ ...fine, body: { displayName: 'x'.repeat(4 * 1024 * 1024) } }] };
    expect(await send({ method: 'POST', url: `${native}/plans`, body: large })).toMatchObject(
      problem(413, 'payloadTooLarge'),
    );
    expect((await get('/plans')).items).toEqual([]);
    expect((await plan(Array.from({ length: 100 }, () => fine))).status).toBe(201);
  });

  test('a placeholder that names no earlier change with an id', async () => {
    const { native, plan, planned } = await planner(server);
    const group = { method: 'POST', url: `${native}/groups`, body: { displayName: 'x', mailNickname: 'x' } };
    for (const number of [1, 2, 9999]) {
      const name = `{changes[${number}].id}`;
      const message = `${name} must name an earlier change that creates something`;
      const inBody = { ...group, body: { ...group.body, displayName: `a${name}` } };
      const inUrl = { method: 'DELETE', url: `${native}/groups/${name}` };
      for (const change of [inBody, inUrl]) {
        expect(await plan([group, change]), name).toMatchObject(
          problem(400, 'invalidInput', { violations: [{ path: 'changes[1]', message }] }),
        );
      }
    }
    const gone = { method: 'DELETE', url: `${native}/groups/{changes[0].id}` };
    const goneAgain = { ...gone, url: `${native}/groups/{changes[1].id}` };
    expect(await plan([group, gone, goneAgain])).toMatchObject(refusal(2, /earlier/));
    for (const name of ['{changes[-1].id}', '{changes[0].name}', '{changes[x].id}', '{changes[99999].id}']) {
      expect((await plan([group, { ...gone, url: `${native}/groups/${name}` }])).status, name).toBe(400);
    }
    const kept = await planned(group, gone);
    expect(kept.changes[1].url).toBe(`${native}/groups/${kept.changes[0].id}`);
  });

  test("another organization's plan, and another organization's things", async () => {
    const [mine, theirs] = [await planner(server), await planner(server)];
    const policy = await theirs.configuration('Theirs', { passwordMinimumLength: 6 });
    const { id } = await theirs.planned(minimum(policy.id, 12));
    for (const name of [id, hexOfId(id), missingId, 'x', '%00']) {
      for (const path of ['', '/devices', '/differences']) {
        const answer = await mine.send({ url: `${mine.native}/plans/${name}${path}` });
        expect([400, 404], `${name}${path}`).toContain(answer.status);
      }
      expect([400, 404], name).toContain((await mine.apply(name)).status);
      const across = await mine.send({ method: 'POST', url: `${theirs.native}/plans/${name}/apply` });
      expect([400, 404], name).toContain(across.status);
    }
    expect(await mine.plan([minimum(policy.id, 12)])).toMatchObject(refusal(0, /404/));
    for (const url of [`${theirs.native}/groups`, `${theirs.applivery}/device-audiences`]) {
      const body = { displayName: 'x', mailNickname: 'x', name: 'x' };
      expect(await mine.plan([{ method: 'POST', url, body }]), url).toMatchObject(refusal(0, /404/));
    }
    expect((await theirs.apply(id)).status).toBe(200);
  });

  test('to who lacks a permission, of plans or of a change: 403, when it is made and when it is applied', async () => {
    const { own, native, plan, planned, apply, configuration, get } = await planner(server);
    const policy = await configuration('Passwords', {});
    const without = (permission: Permission) =>
      server.addToken(
        own.tenant,
        allPermissions.filter((name) => name !== permission),
      );
    const changes = [
      { method: 'POST', url: `${native}/groups`, body: { displayName: 'x', mailNickname: 'x' } },
      minimum(policy.id, 12),
    ];
    const { id } = await planned(...changes);
    for (const permission of ['windows.device.read', 'apple.device.read', 'group.read'] as const) {
      const token = await without(permission);
      for (const answer of [await plan(changes, token), await apply(id, token)]) {
        expect(answer, permission).toMatchObject(problem(403, 'forbidden', { violations: [] }));
      }
    }
    const token = await without('deviceConfiguration.update');
    const before = await contents(server);
    for (const answer of [await plan(changes, token), await apply(id, token)]) {
      expect(answer).toMatchObject(
        problem(403, 'forbidden', {
          violations: [
            {
              path: 'changes[1]',
              message: expect.stringContaining('DeviceManagementConfiguration.ReadWrite.All'),
            },
          ],
        }),
      );
    }
    expect(await contents(server)).toEqual(before);
    expect((await get(`/plans/${id}`)).appliedAt).toBeNull();
    expect((await apply(id)).status).toBe(200);
  });

  test('while an earlier change is worked out', async () => {
    const { own, get, plan, apply, planned, configuration, send } = await planner(server);
    for (let count = 0; count < 201; count++) await own.device();
    const policy = await configuration('Passwords', {});
    const { id } = await planned(minimum(policy.id, 12));
    await send({
      method: 'POST',
      url: `${configurations}/${policy.id}/assign`,
      body: { assignments: [toDevices] },
    });
    const [running] = (await get('/recalculations')).items;
    expect(running).toMatchObject({ status: 'running', devices: { total: null, done: 0 }, startedBy: 'all' });
    const busy = problem(409, 'outdated', { detail: expect.stringContaining(running.id) });
    expect(await plan([minimum(policy.id, 12)])).toMatchObject(busy);
    expect(await apply(id)).toMatchObject(busy);
    await server.runJobs();
    expect(await get(`/recalculations/${running.id}`)).toMatchObject({
      status: 'finished',
      devices: { total: 201, done: 201 },
    });
    // By now it would come to something else.
    expect(await apply(id)).toMatchObject(problem(409, 'outdated'));
    expect((await plan([minimum(policy.id, 12)])).json.counts.devices).toBe(0);
  });

  test('whatever the changes, there is an answer, and nothing is written', async () => {
    const { own, native, applivery, plan, configuration } = await planner(server);
    const policy = await configuration('Passwords', { passwordRequired: true });
    const device = await own.device({ tags: ['sales'] });
    const windows = await own.policy('Sales', { config: { [config('A')]: 1 } });
    const ids = [policy.id, device.id, windows.id].flatMap((id) => [id, hexOfId(id)]);
    const templates = [
      ...endpoints.map(({ url }) => native + url),
      ...['', '/assign', '/assignments', '/assignments/{id}'].map((more) => `${configurations}/{id}${more}`),
      ...['', '/members/$ref', '/members/{id}/$ref'].map((more) => `/beta/groups/{id}${more}`),
      ...['device-audiences', 'automation-rules', 'users', 'assets', 'windows/enterprise/devices'].flatMap(
        (name) => [`${applivery}/${name}`, `${applivery}/${name}/{id}`, `${applivery}/${name}/{id}/preview`],
      ),
    ];
    const text = fc.oneof(
      fc.constantFrom(...ids, '{changes[0].id}', '{changes[1].id}', macType, 'sales', '', '%', '{"', "'"),
      fc.string({ unit: 'binary' }).map((sent) => sent.replaceAll('\0', '').toWellFormed()),
    );
    const names = 'displayName mailNickname name members assignments target version selectors deviceGroups';
    const name = fc.constantFrom(
      '@odata.type',
      '{x',
      ...names.split(' '),
      ...'deviceAudiences actions policyId tags winPolicyId'.split(' '),
    );
    const { body } = fc.letrec((tie) => ({
      body: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.constantFrom(null, true, 0, -1, 1e300, 1.5),
        fc.array(tie('body'), { maxLength: 3 }),
        fc.dictionary(name, tie('body'), { maxKeys: 6 }),
      ),
    }));
    const url = fc
      .tuple(fc.constantFrom(...templates), text, text, fc.boolean())
      .map(([template, first, second, query]) => {
        const named = template.replace(/\{\w+\}/, () => first).replace(/\{\w+\}/, () => second);
        return query ? `${named}?force=true&${first}` : named;
      });
    const change = fc.record(
      { method: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'), url, body },
      { requiredKeys: ['method', 'url'] },
    );
    const good = fc.constantFrom<unknown>(
      minimum(policy.id, 5),
      { method: 'POST', url: `${native}/groups`, body: { displayName: 'x', mailNickname: 'x' } },
      { method: 'DELETE', url: `${native}/policies/${windows.id}?force=true` },
      {
        method: 'PUT',
        url: `${applivery}/windows/enterprise/devices/${hexOfId(device.id)}`,
        body: { winPolicyId: hexOfId(windows.id) },
      },
    );
    const before = await contents(server);
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(change, good), { minLength: 1, maxLength: 3 }), async (changes) => {
        const answer = await plan(changes);
        statuses.add(answer.status);
        expect([201, 400], answer.text).toContain(answer.status);
        expect(answer.text).not.toContain('answered with 5');
      }),
      { numRuns: 300 },
    );
    expect(statuses).toEqual(new Set([201, 400]));
    const after = await contents(server);
    const written = Object.keys(after).filter((table) => after[table] !== before[table]);
    expect(written.filter((table) => !table.startsWith('public.policies_plan'))).toEqual([]);
  });
});
