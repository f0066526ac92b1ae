import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { hexOfId, parseHexId } from '../../../kernel/id.ts';
import type { WindowsPolicy } from '../../../policies/index.ts';
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
  await own.user('ada@example.com', documented.request.mdmUserId, { metadata: { department: 'Sales' } });
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
  const { customConfig, summary, refreshInfoNeeded, lastLocation, winId, config } = documented.response.data;
  const { serialNumber, imei, ...rest } = summary;
  const moment = '2026-02-10T12:00:00.000Z';
  await own.device(
    {
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
    documented.response.data.id,
  );
  return own;
}

/** The rule of the documentation's example, with its audience. */
async function enforce(own: WindowsOrganization, policy: WindowsPolicy): Promise<void> {
  const [{ automationRule, priority }] = documented.response.data.winPolicyAssignmentsEnforced as [
    (typeof documented.response.data.winPolicyAssignmentsEnforced)[number],
  ];
  const { id, name } = automationRule.deviceAudiences[0]!;
  const selectors = { deviceGroups: [['sales']], mdmUserGroups: [['department:Sales']] };
  const audience = await own.audience(name, selectors, id);
  const actions = [{ platform: 'windows' as const, policyId: policy.id, priority }];
  await own.rule(automationRule.name, { audienceIds: [audience.id], actions }, automationRule.id);
}

const devicePath = `/devices/${documented.response.data.id}`;
const deviceUrl = `/windows/enterprise${devicePath}`;

/** Every place of a value with its type, lists by their first item: `winPolicy.scripts[].id: string`. */
function shapeOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value))
    return [`${path}: array`, ...(value.length > 0 ? shapeOf(value[0], `${path}[]`) : [])];
  if (value === null || typeof value !== 'object')
    return [`${path}: ${value === null ? 'null' : typeof value}`];
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
    const { tags, winPolicyAssignmentsEnforced } = documented.response.data;
    const enforced = winPolicyAssignmentsEnforced[0]!;
    await enforce(own, await own.policy('Sales', {}, enforced.winPolicyId));
    const winPolicyAssignments = [{ winPolicyId: hexOfId(other.id), priority: 1 }];
    const answer = await own.put(devicePath, { ...documented.request, tags, winPolicyAssignments });
    const printed = shapeOf(documented.response.data);
    const ours = shapeOf(answer.json.data);
    expect(printed.filter((line) => !ours.includes(line))).toEqual([
      // The documentation's schema says integer, its sample prints a string.
      'winPolicy.segmentId: string',
      'deviceWinPolicy.segmentId: string',
    ]);
    const expanded = /Info\[\]|^winPolicyAssignments(Enforced)?\[\]\.winPolicy\./;
    expect(ours.filter((line) => !printed.includes(line) && !expanded.test(line))).toEqual([
      'winPolicy.segmentId: number',
      'winPolicy.exposeToChildren: boolean',
      'deviceWinPolicy.segmentId: number',
      'deviceWinPolicy.exposeToChildren: boolean',
      'segmentId: number',
    ]);
    expect(answer.json.data.winPolicyAssignmentsEnforced).toEqual([
      { ...enforced, winPolicy: expect.objectContaining({ id: enforced.winPolicyId, name: 'Sales' }) },
    ]);
    const timestamps = JSON.stringify(answer.json.data).match(/"\d{4}-\d\d-\d\dT[^"]*"/g)!;
    expect(timestamps.length).toBeGreaterThan(20);
    for (const timestamp of timestamps)
      expect(timestamp).toMatch(/^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"$/);
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

describe('statements', () => {
  test('a read takes four, three more for what policies refer to, and four more with rules', async () => {
    const own = await documentedOrganization('statements');
    const plain = await own.device({ serialNumber: 'PLAIN' });
    await own.put(devicePath, { ...documented.request, winPolicyAssignments: [] });
    await own.send(deviceUrl);
    const statements = async (path: string) => {
      server.takeStatements();
      expect((await own.send(path)).status).toBe(200);
      return server
        .takeStatements()
        .map((text) => /from "(\w+)"/.exec(text)![1]!)
        .sort();
    };
    expect(await statements(`/windows/enterprise/devices/${hexOfId(plain.id)}`)).toEqual([
      'devices_device',
      'policies_assignment',
      'policies_rule',
      'tenancy_token',
    ]);
    expect(await statements('/windows/enterprise/devices/PLAIN')).toEqual([
      'devices_device',
      'policies_assignment',
      'policies_rule',
      'tenancy_token',
    ]);
    expect(await statements(deviceUrl)).toEqual([
      'devices_device',
      'policies_admx_config',
      'policies_application',
      'policies_asset',
      'policies_assignment',
      'policies_rule',
      'tenancy_token',
    ]);
    await enforce(own, await own.policy('By a rule'));
    expect(await statements(deviceUrl)).toEqual([
      'devices_audience',
      'devices_device',
      'directory_user',
      'policies_admx_config',
      'policies_application',
      'policies_asset',
      'policies_assignment',
      'policies_csp_version',
      'policies_policy',
      'policies_rule',
      'tenancy_token',
    ]);
  });

  test('reads of the same turn share theirs', async () => {
    const own = await windowsOrganization(server, 'gathered');
    const other = await windowsOrganization(server, 'gathered-too');
    const mine = await own.device({ displayName: 'Mine', serialNumber: 'SAME' });
    const theirs = await other.device({ displayName: 'Theirs', serialNumber: 'SAME' });
    const urls = ['SAME', hexOfId(mine.id), hexOfId(theirs.id)].map(
      (key) => `/windows/enterprise/devices/${key}`,
    );
    server.takeStatements();
    const answers = await Promise.all(
      [own, other].flatMap((one) => urls.flatMap((url) => [one.send(url), one.send(url), one.send(url)])),
    );
    expect(server.takeStatements().length).toBeLessThan(answers.length);
    const names = answers.map(({ status, json }) => (status === 200 ? json.data.displayName : status));
    const [mineOnly, theirsOnly] = [names.slice(0, 9), names.slice(9)];
    expect(mineOnly).toEqual(['Mine', 'Mine', 'Mine', 'Mine', 'Mine', 'Mine', 404, 404, 404]);
    expect(theirsOnly).toEqual(['Theirs', 'Theirs', 'Theirs', 404, 404, 404, 'Theirs', 'Theirs', 'Theirs']);
  });

  test('a change takes as many as it has things to check and to write', async () => {
    const own = await documentedOrganization('statements-of-changes');
    const other = await own.policy('Other');
    await own.send(deviceUrl);
    const statements = async (body: object) => {
      server.takeStatements();
      expect((await own.put(devicePath, body)).status).toBe(200);
      // The last use of a token is written beside the request, whenever there is time.
      const beside = /^(begin|commit|start transaction)|"last_used_at" = /;
      return server.takeStatements().filter((text) => !beside.test(text)).length;
    };
    // Token, lock, policies, update, audit event, rules, and what the answer expands: the device's script. Then the desired state: lock,
    // the device, its policies by itself, by its groups, by targets and by rules, the set that it has now, and that it has it.
    expect(await statements({ tags: ['one'] })).toBe(15);
    expect(await statements({ tags: ['one'] })).toBe(5);
    const winPolicyAssignments = [{ winPolicyId: hexOfId(other.id), priority: 0 }];
    expect(await statements({ ...documented.request, winPolicyAssignments })).toBe(30);
  });
});
