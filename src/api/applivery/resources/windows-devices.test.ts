import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { createDevice } from '../../../devices/index.ts';
import { hexOfId, parseHexId } from '../../../kernel/id.ts';
import { listAuditEvents } from '../../../tenancy/index.ts';
import documented from './windows-device.documented.json' with { type: 'json' };

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const script = { type: 'once', id: parseHexId('507f1f77bcf86cd799439077')! } as const;

/** Everything that the documentation's example has, under the ids that it has there. */
async function documentedOrganization(slug: string, plan?: string): Promise<WindowsOrganization> {
  const own = await windowsOrganization(server, slug, plan);
  await own.segment('Sales');
  await own.user('ada@example.com', documented.request.mdmUserId);
  await own.application('9WZDNCRFJ3Q2', '507f1f77bcf86cd799439044');
  await own.admxConfig('edge.admx', '507f1f77bcf86cd799439055');
  await own.script('configure.ps1', hexOfId(script.id), {
    name: 'System Configuration Script',
    description: 'Configures network settings and security policies',
  });
  const { winPolicy } = documented.response.data;
  await own.policy(
    winPolicy.name,
    {
      config: winPolicy.config,
      applications: [
        {
          winApplicationId: parseHexId('507f1f77bcf86cd799439044')!,
          configuration: { language: 'en', edition: 'enterprise' },
          action: 'available',
          updatePolicy: { autoUpdate: true, allowedVersions: '>=1.0.0' },
        },
      ],
      bookmarks: winPolicy.bookmarks,
      scripts: [{ ...script, loopTime: 0, resetDate: '2024-01-01T00:00:00.000Z', arguments: 'string' }],
      admxConfigs: [{ winAdmxConfigId: parseHexId('507f1f77bcf86cd799439055')! }],
      agentConfiguration: winPolicy.agentConfiguration,
      assets: [{ mdmAssetId: script.id, location: 'string', assetName: 'string', scope: 'user' }],
    },
    documented.request.winPolicyId,
    { segment: 1 },
  );
  await own.change(async (context) => {
    const { customConfig, summary, refreshInfoNeeded, lastLocation, winId, config } = documented.response.data;
    const { serialNumber, imei, ...rest } = summary;
    const moment = '2026-02-10T12:00:00.000Z';
    await createDevice(
      { ...context, newId: idsFrom(documented.response.data.id, context.newId) },
      {
        platform: 'windows',
        displayName: 'Marketing Dept Laptop',
        tags: ['sales', 'field-team', 'remote'],
        platformId: winId,
        serialNumber,
        imei,
        config,
        configDates: { securityPolicy: moment, applications: moment },
        customConfig,
        summary: {
          ...rest,
          expirationTimestamp: moment,
          compliance: { compliant: true, lastCheck: moment },
        },
        lastLocation: {
          agent: { ...lastLocation.agent, date: moment, lastReportDate: moment },
          ip: { ...lastLocation.ip, date: moment, lastReportDate: moment },
        },
        scripts: [
          {
            ...script,
            loopTime: 60,
            resetDate: '2026-02-10T00:00:00.000Z',
            arguments: '-ExecutionPolicy Bypass',
          },
        ],
        refreshInfoNeeded,
        enrolledAt: new Date('2025-10-15T09:15:00.000Z'),
        lastStatusReportAt: new Date('2026-02-10T12:30:00.000Z'),
      },
    );
  });
  return own;
}

function idsFrom<Id>(hex: string, newId: () => Id) {
  let chosen: Id | undefined = parseHexId(hex) as Id;
  return () => {
    const id = chosen ?? newId();
    chosen = undefined;
    return id;
  };
}

const devicePath = `/devices/${documented.response.data.id}`;
const deviceUrl = `/windows/enterprise${devicePath}`;

/** Every place of a value with its type, lists by their first item: `winPolicy.scripts[].id: string`. */
function shapeOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [`${path}: array`, ...(value.length > 0 ? shapeOf(value[0], `${path}[]`) : [])];
  if (value === null || typeof value !== 'object') return [`${path}: ${value === null ? 'null' : typeof value}`];
  return [
    `${path}: object`,
    ...Object.entries(value).flatMap(([key, item]) => shapeOf(item, path === '' ? key : `${path}.${key}`)),
  ];
}

describe('the example of the documentation', () => {
  test('its request works when what it names is there, and only its placeholder is refused', async () => {
    const own = await documentedOrganization('documented');
    const other = await own.policy('Sales Team');
    const asPrinted = await own.put(devicePath, documented.request);
    expect(asPrinted.status).toBe(400);
    expect(asPrinted.json.error).toMatchObject({
      code: 5209,
      message: 'Invalid input',
      details: [{ path: 'winPolicyAssignments[0].winPolicyId' }],
    });

    const winPolicyAssignments = [{ winPolicyId: hexOfId(other.id), priority: 0 }];
    const answer = await own.put(devicePath, { ...documented.request, winPolicyAssignments });
    expect(answer.status).toBe(200);
    expect(answer.headers['etag']).toBe('W/"2"');
    expect(answer.json.status).toBe(true);
    expect(answer.json.data).toMatchObject({
      id: documented.response.data.id,
      organizationId: own.tenant.hexId,
      winEnterpriseId: own.tenant.hexId,
      displayName: documented.request.displayName,
      tags: documented.request.tags,
      mdmUser: { id: documented.request.mdmUserId, email: 'ada@example.com' },
      winPolicy: { id: documented.request.winPolicyId, version: 1, segmentId: 1 },
      winPolicyAssignments,
      segmentId: 1,
      state: 'ACTIVE',
      winId: 'device-win-mdm-12345678',
    });
    const read = await own.send(deviceUrl);
    expect(read.json).toEqual(answer.json);
    expect(read.headers['etag']).toBe('W/"2"');
  });

  test('the answer has its shape, field for field', async () => {
    const own = await documentedOrganization('shaped');
    const other = await own.policy('Sales Team');
    const winPolicyAssignments = [{ winPolicyId: hexOfId(other.id), priority: 1 }];
    const answer = await own.put(devicePath, { ...documented.request, winPolicyAssignments });
    const printed = shapeOf(documented.response.data);
    const ours = shapeOf(answer.json.data);
    const ofRules = /^winPolicyAssignmentsEnforced\[\]/;
    expect(printed.filter((line) => !ours.includes(line) && !ofRules.test(line))).toEqual([
      // What the arguments become on a device is only said once the server works it out.
      'scripts[].argumentsProcessed: string',
      'winPolicy.scripts[].argumentsProcessed: string',
      // The documentation's schema says integer, its sample prints a string.
      'winPolicy.segmentId: string',
      'deviceWinPolicy.scripts[].argumentsProcessed: string',
      'deviceWinPolicy.segmentId: string',
    ]);
    const expanded = /Info\[\]|^winPolicyAssignments\[\]\.winPolicy\./;
    expect(ours.filter((line) => !printed.includes(line) && !expanded.test(line))).toEqual([
      'winPolicy.segmentId: number',
      'winPolicy.exposeToChildren: boolean',
      'deviceWinPolicy.segmentId: number',
      'deviceWinPolicy.exposeToChildren: boolean',
      'segmentId: number',
    ]);
    expect(answer.json.data.winPolicyAssignmentsEnforced).toEqual([]);
    const timestamps = JSON.stringify(answer.json.data).match(/"\d{4}-\d\d-\d\dT[^"]*"/g)!;
    expect(timestamps.length).toBeGreaterThan(20);
    for (const timestamp of timestamps) expect(timestamp).toMatch(/^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"$/);
  });

  test('what is referred to is expanded', async () => {
    const own = await documentedOrganization('expanded');
    const { json } = await own.put(devicePath, { winPolicyId: documented.request.winPolicyId });
    const { winPolicy, deviceWinPolicy, scripts, scriptsInfo } = json.data;
    expect(winPolicy.admxConfigsInfo).toEqual([
      {
        id: '507f1f77bcf86cd799439055',
        appName: 'Microsoft Edge',
        settingType: 'Privacy',
        fileName: 'edge.admx',
        description: 'Controls Edge browser privacy settings',
      },
    ]);
    expect(winPolicy.applicationsInfo).toMatchObject([
      { id: '507f1f77bcf86cd799439044', type: 'store', config: { winStoreId: '9WZDNCRFJ3Q2' } },
    ]);
    expect(winPolicy.assetsInfo).toMatchObject([{ id: hexOfId(script.id), type: 'script', ext: 'ps1' }]);
    expect(scriptsInfo).toEqual(winPolicy.assetsInfo);
    const { name, description, runner } = documented.response.data.scripts[0]!;
    expect(scripts[0]).toMatchObject({ name, description, runner });
    expect(deviceWinPolicy).toEqual(winPolicy);
  });

  test('its errors are answered in its words', async () => {
    const [notInPlan, noToken, missing] = documented.errors;
    const own = await documentedOrganization('starter-plan', 'starter');
    const other = await own.policy('Sales Team');
    const refused = await own.put(devicePath, {
      displayName: 'Changed',
      winPolicyAssignments: [{ winPolicyId: hexOfId(other.id), priority: 0 }],
    });
    expect(refused.status).toBe(400);
    expect(refused.json).toMatchObject(notInPlan!);
    expect(refused.json.error.message).toBe(notInPlan!.error.message);
    expect((await own.send(deviceUrl)).json.data.displayName).toBe('Marketing Dept Laptop');
    const single = await own.put(devicePath, { winPolicyId: hexOfId(other.id), winPolicyAssignments: [] });
    expect(single.status).toBe(200);

    const anonymous = await own.send(deviceUrl, { method: 'PUT', body: {}, token: null });
    expect(anonymous.status).toBe(401);
    expect(anonymous.json).toMatchObject(noToken!);
    const unknown = await own.put('/devices/507f1f77bcf86cd7994390ff', {});
    expect(unknown.status).toBe(404);
    expect(unknown.json).toMatchObject(missing!);
  });
});

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
    const taken = await own.put(url, { mdmUserId: null, winPolicyId: null, winPolicyAssignments: [], tags: [] });
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
      scripts: [{ id: hexOfId(asset.id), type: 'once', resetDate: '2026-02-10T01:00:00+01:00', scope: 'machine' }],
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
    beforeAll(async () => {
      good = hexOfId((await own.policy('Good')).id);
      url = `/devices/${hexOfId((await own.device({ displayName: 'Untouched' })).id)}`;
    });
    const assignment = (priority: unknown) => () => ({
      winPolicyAssignments: [{ winPolicyId: good, priority }],
    });
    const cases: [string, () => object, string, RegExp][] = [
      ['an unknown user', () => ({ mdmUserId: stranger }), 'mdmUserId', /'507f.*' is not a user of this organization/],
      ['an unknown policy', () => ({ winPolicyId: stranger }), 'winPolicyId', /is not a Windows policy/],
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
      ['an id that is none', () => ({ mdmUserId: 'ada@example.com' }), 'mdmUserId', /pattern/],
      ['a script that is not there', () => ({ scripts: [{ id: stranger, type: 'once' }] }), 'scripts[0].id', /asset of type script/],
      ['a script type', () => ({ scripts: [{ id: stranger, type: 'daily' }] }), 'scripts[0].type', /once.*loop.*onDemand/],
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

describe('a device is found', () => {
  let own: WindowsOrganization;
  beforeAll(async () => {
    own = await windowsOrganization(server, 'lookups');
  });
  const find = async (name: string) => {
    const { status, json } = await own.send(`/windows/enterprise/devices/${name}`);
    return status === 200 ? json.data.displayName : status;
  };

  test('by id, serial number and IMEI', async () => {
    const device = await own.device({ displayName: 'Found', serialNumber: 'SN_1', imei: '356938035643809' });
    expect(await find(hexOfId(device.id))).toBe('Found');
    expect(await find(hexOfId(device.id).toUpperCase())).toBe('Found');
    expect(await find('SN_1')).toBe('Found');
    expect(await find('356938035643809')).toBe('Found');
    expect(await find('SN_2')).toBe(404);
    expect((await own.put('/devices/SN_1', { displayName: 'Found again' })).json.data.displayName).toBe('Found again');
  });

  test('not by a name with a hyphen', async () => {
    await own.device({ serialNumber: 'SN-1' });
    expect(await find('SN-1')).toBe(400);
  });

  test('by an id before a serial number of the same form, and by that when no device has the id', async () => {
    const first = await own.device({ displayName: 'By id' });
    await own.device({ displayName: 'By serial number', serialNumber: hexOfId(first.id) });
    await own.device({ displayName: 'Only by serial number', serialNumber: 'abcdefabcdefabcdefabcdef' });
    expect(await find(hexOfId(first.id))).toBe('By id');
    expect(await find('abcdefabcdefabcdefabcdef')).toBe('Only by serial number');
    const changed = await own.put(`/devices/${hexOfId(first.id)}`, { tags: ['x'] });
    expect(changed.json.data.displayName).toBe('By id');
    const other = await own.put('/devices/abcdefabcdefabcdefabcdef', { tags: ['x'] });
    expect(other.json.data.displayName).toBe('Only by serial number');
  });

  test('as the newest of those that are not deleted, and as a deleted one by its id alone', async () => {
    const old = await own.device({ displayName: 'Old', serialNumber: 'TWICE' });
    const current = await own.device({ displayName: 'Current', serialNumber: 'TWICE' });
    expect(await find('TWICE')).toBe('Current');
    await own.send('/windows/enterprise/devices/TWICE', { method: 'DELETE' });
    expect(await find('TWICE')).toBe('Old');
    expect(await find(hexOfId(current.id))).toBe('Current');
    await own.send(`/windows/enterprise/devices/${hexOfId(old.id)}`, { method: 'DELETE' });
    expect(await find('TWICE')).toBe(404);
  });

  test('on its own platform alone', async () => {
    const mac = await own.change((context) => createDevice(context, { platform: 'apple', serialNumber: 'MAC1' }));
    expect(await find('MAC1')).toBe(404);
    expect(await find(hexOfId(mac.id))).toBe(404);
    expect((await own.put(`/devices/${hexOfId(mac.id)}`, {})).status).toBe(404);
  });
});

describe('the list', () => {
  let own: WindowsOrganization;
  const ids: string[] = [];
  beforeAll(async () => {
    own = await windowsOrganization(server, 'lists');
    const user = await own.user('list@example.com', '507f1f77bcf86cd799439001');
    const europe = await own.segment('Europe');
    const madrid = await own.segment('Madrid', europe);
    const policy = await own.policy('Listed');
    for (let index = 0; index < 5; index++) {
      server.advance(1_000);
      const device = await own.device({
        displayName: `Device ${'CABED'[index]}`,
        tags: index % 2 === 0 ? ['even', 'all'] : ['all'],
        user: index === 1 ? { id: user.id, email: user.email } : null,
        segment: [0, europe, madrid, 0, madrid][index]!,
      });
      ids.push(hexOfId(device.id));
    }
    await own.change((context) => createDevice(context, { platform: 'apple', displayName: 'Mac' }));
    await own.put(`/devices/${ids[2]}`, { winPolicyId: hexOfId(policy.id) });
    await own.send(`/windows/enterprise/devices/${ids[4]}`, { method: 'DELETE' });
  });
  const list = async (query: string) => {
    const { status, json } = await own.send(`/windows/enterprise/devices?${query}`);
    expect(status, JSON.stringify(json)).toBe(200);
    return json.data;
  };
  const indexes = async (query: string) =>
    (await list(query)).items.map(({ id }: { id: string }) => ids.indexOf(id));

  test('has pages in the order asked for', async () => {
    const first = await list('limit=3&sort=createdAt:desc');
    expect(first).toMatchObject({ totalDocs: 4, limit: 3, page: 1, totalPages: 2, hasNextPage: true, nextPage: 2 });
    expect(first.items.map(({ id }: { id: string }) => ids.indexOf(id))).toEqual([3, 2, 1]);
    const second = await list('limit=3&sort=createdAt:desc&page=2');
    expect(second).toMatchObject({ totalDocs: 4, page: 2, hasNextPage: false, nextPage: null });
    expect(second.items.map(({ id }: { id: string }) => ids.indexOf(id))).toEqual([0]);
    expect(await indexes('')).toEqual([0, 1, 2, 3]);
    expect(await indexes('sort=displayName')).toEqual([1, 2, 0, 3]);
    expect((await list('page=9')).items).toEqual([]);
    expect((await list('limit=10000')).limit).toBe(200);
  });

  test('has whole devices', async () => {
    const { items } = await list('limit=3');
    const single = await own.send(`/windows/enterprise/devices/${ids[2]}`);
    expect(items[2]).toEqual(single.json.data);
    expect(items[2].deviceWinPolicy.name).toBe('Listed');
  });

  test.each([
    ['mdm-user=507f1f77bcf86cd799439001', [1]],
    ['show-deleted=true', [0, 1, 2, 3, 4]],
    ['show-deleted=false', [0, 1, 2, 3]],
    ['tags=even', [0, 2]],
    ['tags=even&tags=all', [0, 1, 2, 3]],
    ['tags[]=even', [0, 2]],
    ['tags[]=nothing&tags[]=even', [0, 2]],
    ['tags=nothing&tags[]=even', [0, 2]],
    ['tags=nothing', []],
    ['segmentId=0', [0, 3]],
    ['segmentId=1', [1]],
    ['segmentId=1&expandTo=children', [1, 2]],
    ['segmentId=2&expandTo=ancestors', [0, 1, 2, 3]],
    ['segmentId=2&tags=even&show-deleted=true', [2, 4]],
  ])('filters by %s', async (query, expected) => {
    expect(await indexes(query)).toEqual(expected);
  });

  test.each([
    ['sort=password', 'sort', /createdAt/],
    ['limit=0', 'limit', /1/],
    ['limit=10001', 'limit', /10000/],
    ['page=x', 'page', /integer/],
    ['colour=red', 'colour', /not a known/],
    ['expandTo=all&segmentId=1', 'expandTo', /ancestors/],
    ['mdm-user=1', 'mdm-user', /pattern/],
  ])('refuses %s', async (query, path, message) => {
    const { status, json } = await own.send(`/windows/enterprise/devices?${query}`);
    expect(status).toBe(400);
    expect(json.error.details).toContainEqual({ path, message: expect.stringMatching(message) });
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
    expect(removed.json).toEqual({ status: true, data: { delete: true } });
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

describe('statements', () => {
  test('a read takes three, and three more for what policies refer to', async () => {
    const own = await documentedOrganization('statements');
    const plain = await own.device({ serialNumber: 'PLAIN' });
    await own.put(devicePath, { ...documented.request, winPolicyAssignments: [] });
    await own.send(deviceUrl);
    const statements = async (path: string) => {
      server.takeStatements();
      expect((await own.send(path)).status).toBe(200);
      return server.takeStatements().map((text) => /from "(\w+)"/.exec(text)![1]!).sort();
    };
    expect(await statements(`/windows/enterprise/devices/${hexOfId(plain.id)}`)).toEqual([
      'devices_device',
      'policies_assignment',
      'tenancy_token',
    ]);
    expect(await statements('/windows/enterprise/devices/PLAIN')).toEqual([
      'devices_device',
      'policies_assignment',
      'tenancy_token',
    ]);
    expect(await statements(deviceUrl)).toEqual([
      'devices_device',
      'policies_admx_config',
      'policies_application',
      'policies_asset',
      'policies_assignment',
      'tenancy_token',
    ]);
  });

  test('reads of the same turn share theirs', async () => {
    const own = await windowsOrganization(server, 'gathered');
    const other = await windowsOrganization(server, 'gathered-too');
    const mine = await own.device({ displayName: 'Mine', serialNumber: 'SAME' });
    const theirs = await other.device({ displayName: 'Theirs', serialNumber: 'SAME' });
    const urls = ['SAME', hexOfId(mine.id), hexOfId(theirs.id)].map((key) => `/windows/enterprise/devices/${key}`);
    server.takeStatements();
    const answers = await Promise.all(
      [own, other].flatMap((one) => urls.flatMap((url) => [one.send(url), one.send(url), one.send(url)])),
    );
    expect(server.takeStatements().length).toBeLessThan(answers.length);
    const names = answers.map(({ status, json }) => (status === 200 ? json.data.displayName : status));
    expect(names).toEqual([
      ...['Mine', 'Mine', 'Mine', 'Mine', 'Mine', 'Mine', 404, 404, 404],
      ...['Theirs', 'Theirs', 'Theirs', 404, 404, 404, 'Theirs', 'Theirs', 'Theirs'],
    ]);
  });

  test('a change takes as many as it has things to check and to write', async () => {
    const own = await documentedOrganization('statements-of-changes');
    const other = await own.policy('Other');
    await own.send(deviceUrl);
    const statements = async (body: object) => {
      server.takeStatements();
      expect((await own.put(devicePath, body)).status).toBe(200);
      return server.takeStatements().filter((text) => !/^(begin|commit|start transaction)/.test(text)).length;
    };
    // Token, lock, policies, update, audit event, and what the answer expands: the device's script.
    expect(await statements({ tags: ['one'] })).toBe(6);
    expect(await statements({ tags: ['one'] })).toBe(4);
    const winPolicyAssignments = [{ winPolicyId: hexOfId(other.id), priority: 0 }];
    expect(await statements({ ...documented.request, winPolicyAssignments })).toBe(12);
  });
});
