import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { createPolicy, deviceConfigurations } from '../../../policies/index.ts';
import { listAuditEvents } from '../../../tenancy/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('a change', () => {
  let own: WindowsOrganization;
  let foreign: WindowsOrganization;
  beforeAll(async () => {
    own = await windowsOrganization(server, 'changes');
    foreign = await windowsOrganization(server, 'foreign');
  });

  test('keeps what it does not name, replaces lists whole, and takes away what is null', async () => {
    const device = await own.device({ displayName: 'A', tags: ['one'] });
    const user = await own.user('grace@example.com');
    const first = await own.policy('First');
    const second = await own.policy('Second');
    const url = `/devices/${hexOfId(device.id)}`;
    const assignments = [{ winPolicyId: hexOfId(second.id), priority: 7 }];
    await own.put(url, {
      tags: ['two', 'two', 'three'],
      mdmUserId: hexOfId(user.id).toUpperCase(),
      winPolicyId: hexOfId(first.id),
      winPolicyAssignments: assignments,
    });
    const onlyName = await own.put(url, { displayName: 'B', unknown: 1, state: 'DELETED', config: {} });
    expect(onlyName.json.data).toMatchObject({
      displayName: 'B',
      state: 'ACTIVE',
      tags: ['two', 'three'],
      mdmUser: { email: 'grace@example.com' },
      winPolicy: { name: 'First' },
      winPolicyAssignments: assignments,
    });
    const taken = await own.put(url, {
      mdmUserId: null,
      winPolicyId: null,
      winPolicyAssignments: [],
      tags: [],
    });
    expect(taken.json.data).toMatchObject({ tags: [], winPolicyAssignments: [] });
    expect(taken.json.data).not.toHaveProperty('mdmUser');
    expect(taken.json.data).not.toHaveProperty('winPolicy');
    expect(taken.json.data).not.toHaveProperty('deviceWinPolicy');
    const again = await own.put(url, taken.json.data);
    expect(again.json).toEqual(taken.json);
    expect(again.headers['etag']).toBe(taken.headers['etag']);
  });

  test('an answer can be sent back with all its read-only properties', async () => {
    const device = await own.device({ displayName: 'Echo' });
    const asset = await own.script('echo.ps1');
    const url = `/devices/${hexOfId(device.id)}`;
    const changed = await own.put(url, {
      scripts: [
        { id: hexOfId(asset.id), type: 'once', resetDate: '2026-02-10T01:00:00+01:00', scope: 'machine' },
      ],
    });
    expect(changed.json.data.scripts).toEqual([
      {
        id: hexOfId(asset.id),
        type: 'once',
        resetDate: '2026-02-10T00:00:00.000Z',
        scope: 'machine',
        name: 'echo.ps1',
        runner: 'powershell.exe',
      },
    ]);
    const again = await own.put(url, changed.json.data);
    expect(again.json).toEqual(changed.json);
  });

  test('is one audit event with what changed, before and after', async () => {
    const device = await own.device({ displayName: 'Audited' });
    const policy = await own.policy('Audited policy');
    const url = `/devices/${hexOfId(device.id)}`;
    await own.put(url, { displayName: 'Renamed', winPolicyId: hexOfId(policy.id) });
    await own.put(url, { displayName: 'Renamed' });
    const events = await own.change((context) =>
      listAuditEvents(context, { targetType: 'windowsDevice', targetId: device.id, limit: 10 }),
    );
    expect(events.map(({ action, before, after }) => ({ action, before, after }))).toEqual([
      {
        action: 'windows.device.update',
        before: { displayName: 'Audited', primaryPolicyId: null },
        after: { displayName: 'Renamed', primaryPolicyId: policy.id },
      },
      expect.objectContaining({ action: 'windows.device.create', before: null }),
    ]);
  });

  test('two at once on different properties both survive', async () => {
    const device = await own.device({ displayName: 'Old' });
    const policy = await own.policy('Concurrent');
    const url = `/devices/${hexOfId(device.id)}`;
    const answers = await Promise.all([
      own.put(url, { displayName: 'New' }),
      own.put(url, { tags: ['new'] }),
      own.put(url, { winPolicyId: hexOfId(policy.id) }),
      own.put(url, { winPolicyAssignments: [{ winPolicyId: hexOfId(policy.id), priority: 3 }] }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { json, headers } = await own.send(`/windows/enterprise${url}`);
    expect(headers['etag']).toBe('W/"5"');
    expect(json.data).toMatchObject({
      displayName: 'New',
      tags: ['new'],
      winPolicy: { name: 'Concurrent' },
      winPolicyAssignments: [{ priority: 3 }],
    });
  });

  test('that names a user or segment which is being removed is either done or refused', async () => {
    for (let round = 0; round < 5; round++) {
      const user = hexOfId((await own.user(`raced-${round}@example.com`)).id);
      const segment = await own.segment(`Raced ${round}`);
      const url = `/devices/${hexOfId((await own.device()).id)}`;
      const [given, removed] = await Promise.all([
        own.put(url, { mdmUserId: user }),
        own.send(`/users/${user}`, { method: 'DELETE' }),
      ]);
      expect(`${given.status} ${removed.status}`).toMatch(/^(200 409|400 200)$/);
      const [moved, removedSegment] = await Promise.all([
        own.put(url, { segmentId: segment }),
        server.send({
          method: 'DELETE',
          url: `/v1/organizations/changes/segments/${segment}`,
          token: own.tenant.token,
        }),
      ]);
      expect(`${moved.status} ${removedSegment.status}`).toMatch(/^(200 409|400 200)$/);
    }
  });

  test('with the entity tag of an older state is refused', async () => {
    const device = await own.device({ displayName: 'Tagged' });
    const url = `/devices/${hexOfId(device.id)}`;
    const { headers } = await own.send(`/windows/enterprise${url}`);
    const fresh = await own.put(url, { displayName: 'Mine' }, { 'if-match': String(headers['etag']) });
    expect(fresh.status).toBe(200);
    const stale = await own.put(url, { displayName: 'Theirs' }, { 'if-match': String(headers['etag']) });
    expect(stale.status).toBe(412);
    expect((await own.send(`/windows/enterprise${url}`)).json.data.displayName).toBe('Mine');
  });

  describe('is refused with the place and the reason, and changes nothing', () => {
    const stranger = '507f1f77bcf86cd7994390ff';
    let good: string;
    let url: string;
    const ofGraph: Record<string, string> = {};
    beforeAll(async () => {
      for (const kind of ['macOSGeneralDeviceConfiguration', 'windows10CustomConfiguration']) {
        const document = kind.startsWith('w') ? { omaSettings: [] } : {};
        const { id } = await own.change((context) =>
          createPolicy(context, deviceConfigurations, { kind, name: kind, document }),
        );
        ofGraph[kind] = hexOfId(id);
      }
      good = hexOfId((await own.policy('Good')).id);
      url = `/devices/${hexOfId((await own.device({ displayName: 'Untouched' })).id)}`;
    });
    const assignment = (priority: unknown) => () => ({
      winPolicyAssignments: [{ winPolicyId: good, priority }],
    });
    const cases: [string, () => object, string, RegExp][] = [
      [
        'an unknown user',
        () => ({ mdmUserId: stranger }),
        'mdmUserId',
        /'507f.*' is not a user of this organization/,
      ],
      ['an unknown policy', () => ({ winPolicyId: stranger }), 'winPolicyId', /is not a Windows policy/],
      [
        'a policy of another platform',
        () => ({ winPolicyId: ofGraph['macOSGeneralDeviceConfiguration'] }),
        'winPolicyId',
        /is not a Windows policy/,
      ],
      [
        'a configuration of Graph',
        () => ({
          winPolicyAssignments: [{ winPolicyId: ofGraph['windows10CustomConfiguration'], priority: 1 }],
        }),
        'winPolicyAssignments[0].winPolicyId',
        /is not a Windows policy/,
      ],
      [
        'an unknown further policy',
        () => ({
          winPolicyAssignments: [
            { winPolicyId: good, priority: 1 },
            { winPolicyId: stranger, priority: 2 },
          ],
        }),
        'winPolicyAssignments[1].winPolicyId',
        /'507f1f77bcf86cd7994390ff' is not a Windows policy of this organization/,
      ],
      [
        'a policy twice',
        () => ({
          winPolicyAssignments: [
            { winPolicyId: good, priority: 1 },
            { winPolicyId: good.toUpperCase(), priority: 2 },
          ],
        }),
        'winPolicyAssignments[1].winPolicyId',
        /is assigned by winPolicyAssignments\[0\]\.winPolicyId already/,
      ],
      ['a negative priority', assignment(-1), 'winPolicyAssignments[0].priority', /0/],
      ['too large a priority', assignment(10_001), 'winPolicyAssignments[0].priority', /10000/],
      ['a fraction as priority', assignment(1.5), 'winPolicyAssignments[0].priority', /integer/],
      ['a text as priority', assignment('1'), 'winPolicyAssignments[0].priority', /integer/],
      ['no priority', assignment(undefined), 'winPolicyAssignments[0].priority', /required/],
      ['an unknown segment', () => ({ segmentId: 99 }), 'segmentId', /99 is not a segment/],
      ['a huge segment', () => ({ segmentId: 2 ** 53 - 1 }), 'segmentId', /is not a segment/],
      ['a negative segment', () => ({ segmentId: -1 }), 'segmentId', /./],
      ['too long a name', () => ({ displayName: 'x'.repeat(129) }), 'displayName', /128/],
      ['a number as name', () => ({ displayName: 7 }), 'displayName', /string/],
      ['null as name', () => ({ displayName: null }), 'displayName', /string/],
      ['tags that are no list', () => ({ tags: 'sales' }), 'tags', /array/],
      ['a tag that is no text', () => ({ tags: [1] }), 'tags[0]', /string/],
      ['too long a tag', () => ({ tags: ['x'.repeat(129)] }), 'tags[0]', /128/],
      ['an id that is none', () => ({ mdmUserId: 'ada@example.com' }), 'mdmUserId', /24 hexadecimal digits/],
      [
        'a script that is not there',
        () => ({ scripts: [{ id: stranger, type: 'once' }] }),
        'scripts[0].id',
        /asset of type script/,
      ],
      [
        'a script type',
        () => ({ scripts: [{ id: stranger, type: 'daily' }] }),
        'scripts[0].type',
        /once.*loop.*onDemand/,
      ],
      [
        'a moment that no calendar has',
        () => ({ scripts: [{ id: stranger, type: 'once', resetDate: '2026-06-30T23:59:60Z' }] }),
        'scripts[0].resetDate',
        /moment/,
      ],
      [
        'smart attributes',
        () => ({ smartAttributeAssignments: [{ smartAttributeId: stranger }] }),
        'smartAttributeAssignments[0].smartAttributeId',
        /which has none/,
      ],
    ];
    test.each(cases)('%s', async (_, body, path, message) => {
      const answer = await own.put(url, { displayName: 'Touched', ...body() });
      expect(answer.status).toBe(400);
      expect(answer.json.error).toMatchObject({ code: 5209, message: 'Invalid input' });
      const details = answer.json.error.details.filter((detail: { path: string }) => detail.path === path);
      expect(details, JSON.stringify(answer.json)).not.toEqual([]);
      expect(details[0].message).toMatch(message);
      expect((await own.send(`/windows/enterprise${url}`)).headers['etag']).toBe('W/"1"');
    });

    test('what belongs to another organization', async () => {
      const theirs = {
        user: hexOfId((await foreign.user('eve@example.com')).id),
        policy: hexOfId((await foreign.policy('Theirs')).id),
        script: hexOfId((await foreign.script('theirs.ps1')).id),
        device: hexOfId((await foreign.device()).id),
      };
      const bodies = [
        { mdmUserId: theirs.user },
        { winPolicyId: theirs.policy },
        { winPolicyAssignments: [{ winPolicyId: theirs.policy, priority: 1 }] },
        { scripts: [{ id: theirs.script, type: 'once' }] },
      ];
      for (const body of bodies) expect((await own.put(url, body)).status, JSON.stringify(body)).toBe(400);
      expect((await own.put(`/devices/${theirs.device}`, { tags: [] })).status).toBe(404);
      expect((await own.send(`/windows/enterprise/devices/${theirs.device}`)).status).toBe(404);
    });
  });
});

describe('a device', () => {
  let own: WindowsOrganization;
  beforeAll(async () => {
    own = await windowsOrganization(server, 'moves');
  });

  test('moves to another segment, with an event of its own', async () => {
    const segment = await own.segment('Paris');
    const device = await own.device({ displayName: 'Mover' });
    const url = `/devices/${hexOfId(device.id)}/move`;
    const moved = await own.put(url, { segmentId: segment });
    expect(moved.status).toBe(200);
    expect(moved.json.data).toMatchObject({ segmentId: segment, displayName: 'Mover' });
    expect((await own.put(url, { segmentId: '0' })).json.data.segmentId).toBe(0);
    expect((await own.put(url, { segmentId: 12 })).status).toBe(400);
    expect((await own.put(url, {})).json.error.details[0].path).toBe('segmentId');
    const events = await own.change((context) =>
      listAuditEvents(context, { targetType: 'windowsDevice', targetId: device.id, limit: 2 }),
    );
    expect(events.map(({ action, before, after }) => ({ action, before, after }))).toEqual([
      { action: 'windows.device.move', before: { segment }, after: { segment: 0 } },
      { action: 'windows.device.move', before: { segment: 0 }, after: { segment } },
    ]);
  });

  test('is unenrolled once, keeps its history and lets go of what it had', async () => {
    const user = await own.user('leaver@example.com');
    const policy = await own.policy('Left');
    const device = await own.device({ displayName: 'Leaver' });
    const url = `/windows/enterprise/devices/${hexOfId(device.id)}`;
    await own.put(`/devices/${hexOfId(device.id)}`, {
      mdmUserId: hexOfId(user.id),
      winPolicyId: hexOfId(policy.id),
    });
    const stale = await own.send(url, { method: 'DELETE', headers: { 'if-match': 'W/"1"' } });
    expect(stale.status).toBe(412);
    const removed = await own.send(url, { method: 'DELETE' });
    expect(removed.json).toEqual({ status: true, data: { delete: true, state: 'DELETED' } });
    const { json } = await own.send(url);
    expect(json.data).toMatchObject({ state: 'DELETED', displayName: 'Leaver', winPolicyAssignments: [] });
    expect(json.data.stateHistory).toEqual([
      { state: 'ACTIVE', date: server.now().toISOString(), config: { reason: 'initial-enrollment' } },
      { state: 'DELETED', date: server.now().toISOString(), config: { reason: 'removed-by-administrator' } },
    ]);
    expect(json.data).not.toHaveProperty('mdmUser');
    expect(json.data).not.toHaveProperty('winPolicy');
    expect((await own.send(url, { method: 'DELETE' })).status).toBe(404);
    expect((await own.put(`/devices/${hexOfId(device.id)}`, { tags: [] })).status).toBe(404);
    const policyUrl = `/windows/enterprise/policies/${hexOfId(policy.id)}`;
    expect((await own.send(policyUrl, { method: 'DELETE' })).status).toBe(200);
    expect((await own.send(`/users/${hexOfId(user.id)}`, { method: 'DELETE' })).status).toBe(200);
  });
});
