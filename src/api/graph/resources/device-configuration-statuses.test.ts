import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  testServer,
  type Tenant,
  type TestAnswer,
  type TestServer,
} from '../../../../test/support/server.ts';
import { createDevice, type Device, type NewDevice } from '../../../devices/index.ts';
import { createUser, type User } from '../../../directory/index.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import type { Json } from '../../../kernel/json.ts';
import { bothVersions } from '../route.ts';

const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera';
const bluetooth = './Vendor/MSFT/Policy/Config/Bluetooth/AllowAdvertising';
const reportedAt = new Date('2026-03-01T09:30:00.125Z');
const collections = ['deviceStatuses', 'userStatuses', 'deviceSettingStateSummaries'] as const;
const overviews = ['deviceStatusOverview', 'userStatusOverview'] as const;
const nobody = '00000000-0000-0000-0000-000000000000';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Organization {
  readonly tenant: Tenant;
  get(path: string, headers?: Record<string, string>): Promise<TestAnswer>;
  user(email: string, name?: string): Promise<User>;
  device(input: Partial<NewDevice>): Promise<Device>;
  /** A configuration of Windows that all devices have, or some: its settings by their paths. */
  configuration(settings: Record<string, Json>, target?: object): Promise<Id>;
}

async function organization(slug: string): Promise<Organization> {
  const tenant = await server.addTenant(slug);
  const { token } = tenant;
  const post = async (path: string, body: object) => {
    const url = `/v1.0/deviceManagement/deviceConfigurations${path}`;
    const answer = await server.send({ method: 'POST', url, body, token });
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.json;
  };
  return {
    tenant,
    get: (path, headers = {}) =>
      server.send({
        url: path.replace(/^(v1.0|beta)\//, '/$1/deviceManagement/deviceConfigurations/'),
        token,
        headers,
      }),
    user: (email, name) =>
      server.change(tenant, (context) => createUser(context, { email, name: name ?? null })),
    device: (input) =>
      server.change(tenant, (context) => createDevice(context, { platform: 'windows', ...input })),
    async configuration(settings, target = { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' }) {
      const { id } = await post('', { ...windows10, omaSettings: Object.entries(settings).map(omaSetting) });
      await post(`/${id}/assign`, { assignments: [{ target }] });
      return id;
    },
  };
}

const windows10 = {
  '@odata.type': '#microsoft.graph.windows10CustomConfiguration',
  displayName: 'Windows',
};
const omaSetting = ([omaUri, value]: [string, Json]) => ({
  '@odata.type': '#microsoft.graph.omaSettingInteger',
  displayName: omaUri.split('/').at(-1),
  omaUri,
  value,
});

const seen = (config: Record<string, Json>) => ({ config, lastStatusReportAt: reportedAt });
const contextOf = (version: string, id: string, rest: string) =>
  `https://localhost:80/${version}/$metadata#deviceManagement/deviceConfigurations('${id}')/${rest}`;

describe('a configuration that some devices have as it is, and others have not', () => {
  let contoso: Organization;
  let id: Id;
  let ann: User;
  let bob: User;
  let devices: Record<'done' | 'failed' | 'silent' | 'mac' | 'shared', Device>;
  beforeAll(async () => {
    contoso = await organization('contoso');
    ann = await contoso.user('ann@example.com', 'Ann');
    bob = await contoso.user('bob@example.com');
    const done = { [camera]: '0', [bluetooth]: 1 };
    devices = {
      done: await contoso.device({ displayName: 'Done', user: ann, ...seen(done) }),
      failed: await contoso.device({
        user: ann,
        summary: { name: 'FAILED-PC' },
        ...seen({ ...done, [bluetooth]: { isError: true, status: 405 } }),
      }),
      silent: await contoso.device({ serialNumber: 'S-1' }),
      mac: await contoso.device({
        platform: 'apple',
        displayName: 'Mac',
        user: bob,
        summary: { os: 'macOS' },
      }),
      shared: await contoso.device({ displayName: 'Shared', ...seen(done) }),
    };
    id = await contoso.configuration({ [camera]: 0, [bluetooth]: 1 });
  });

  const row = (user: User | undefined, device: Device, properties: object) => ({
    id: `${user?.id ?? nobody}_${id}_${device.id}`,
    deviceModel: null,
    userName: user ? (user.name ?? user.email) : 'System account',
    userPrincipalName: user?.email ?? 'System account',
    complianceGracePeriodExpirationDateTime: '9999-12-31T23:59:59.9999999Z',
    ...properties,
  });
  const at = '2026-03-01T09:30:00.1250000Z';
  const never = '0001-01-01T00:00:00Z';
  const rows = () => [
    row(ann, devices.done, { deviceDisplayName: 'Done', status: 'compliant', lastReportedDateTime: at }),
    row(ann, devices.failed, { deviceDisplayName: 'FAILED-PC', status: 'error', lastReportedDateTime: at }),
    row(undefined, devices.silent, {
      deviceDisplayName: 'S-1',
      status: 'unknown',
      lastReportedDateTime: never,
    }),
    row(bob, devices.mac, {
      deviceDisplayName: 'Mac',
      status: 'notApplicable',
      lastReportedDateTime: never,
    }),
    row(undefined, devices.shared, {
      deviceDisplayName: 'Shared',
      status: 'compliant',
      lastReportedDateTime: at,
    }),
  ];

  test('deviceStatuses has each device, with its user', async () => {
    expect((await contoso.get(`v1.0/${id}/deviceStatuses`)).json).toEqual({
      '@odata.context': contextOf('v1.0', id, 'deviceStatuses'),
      value: rows(),
    });
    expect((await contoso.get(`beta/${id}/deviceStatuses`)).json.value).toEqual(
      rows().map((status) => Object.assign(status, { platform: 0 })),
    );
  });

  test('userStatuses has each user, with the worst status of their devices', async () => {
    expect((await contoso.get(`v1.0/${id}/userStatuses`)).json).toEqual({
      '@odata.context': contextOf('v1.0', id, 'userStatuses'),
      value: [
        {
          id: `${ann.id}_${id}`,
          userDisplayName: 'Ann',
          userPrincipalName: 'ann@example.com',
          devicesCount: 2,
          status: 'error',
          lastReportedDateTime: at,
        },
        {
          id: `${bob.id}_${id}`,
          userDisplayName: 'bob@example.com',
          userPrincipalName: 'bob@example.com',
          devicesCount: 1,
          status: 'notApplicable',
          lastReportedDateTime: never,
        },
      ],
    });
  });

  test('deviceSettingStateSummaries has each setting, with how many devices have it', async () => {
    const none = {
      conflictDeviceCount: 0,
      nonCompliantDeviceCount: 0,
      remediatedDeviceCount: 0,
      notApplicableDeviceCount: 1,
      unknownDeviceCount: 1,
    };
    expect((await contoso.get(`v1.0/${id}/deviceSettingStateSummaries`)).json).toEqual({
      '@odata.context': contextOf('v1.0', id, 'deviceSettingStateSummaries'),
      value: [
        {
          id: expect.stringMatching(new RegExp(`^${id}_[0-9a-f]{32}$`)),
          settingName: 'AllowCamera',
          instancePath: camera,
          compliantDeviceCount: 3,
          errorDeviceCount: 0,
          ...none,
        },
        {
          id: expect.stringMatching(new RegExp(`^${id}_[0-9a-f]{32}$`)),
          settingName: 'AllowAdvertising',
          instancePath: './Device/Vendor/MSFT/Policy/Config/Bluetooth/AllowAdvertising',
          compliantDeviceCount: 2,
          errorDeviceCount: 1,
          ...none,
        },
      ],
    });
  });

  test('the overviews count devices and users', async () => {
    const common = { id, configurationVersion: 1, failedCount: 0, lastUpdateDateTime: expect.any(String) };
    const ofDevices = { errorCount: 1, notApplicableCount: 1, pendingCount: 1, successCount: 2 };
    const ofUsers = { errorCount: 1, notApplicableCount: 1, pendingCount: 0, successCount: 0 };
    const [context, userContext] = overviews.map((name) => `${name}/$entity`);
    expect((await contoso.get(`v1.0/${id}/deviceStatusOverview`)).json).toEqual({
      '@odata.context': contextOf('v1.0', id, context!),
      ...common,
      ...ofDevices,
    });
    expect((await contoso.get(`beta/${id}/deviceStatusOverview`)).json).toEqual({
      '@odata.context': contextOf('beta', id, context!),
      ...common,
      ...ofDevices,
      conflictCount: 0,
      notApplicablePlatformCount: 1,
    });
    expect((await contoso.get(`v1.0/${id}/userStatusOverview`)).json).toEqual({
      '@odata.context': contextOf('v1.0', id, userContext!),
      ...common,
      ...ofUsers,
    });
    expect((await contoso.get(`beta/${id}/userStatusOverview`)).json).toEqual({
      '@odata.context': contextOf('beta', id, userContext!),
      ...common,
      ...ofUsers,
      conflictCount: 0,
    });
  });

  test.for(collections)('every item of %s is found by its id, in any case', async (name) => {
    for (const version of bothVersions) {
      const { json } = await contoso.get(`${version}/${id}/${name}`);
      expect(json.value.length).toBeGreaterThan(1);
      for (const item of json.value) {
        const expected = { '@odata.context': `${json['@odata.context']}/$entity`, ...item };
        for (const key of [`/${item.id}`, `('${item.id.toUpperCase()}')`]) {
          const found = await contoso.get(`${version}/${id}/${name}${key}`);
          expect([found.status, found.json]).toEqual([200, expected]);
        }
      }
    }
  });

  test.for(collections)('%s is served behind a cast, counted, and narrowed by $select', async (name) => {
    const cast = 'microsoft.graph.windows10CustomConfiguration';
    const whole = (await contoso.get(`v1.0/${id}/${name}`)).json.value;
    const answer = await contoso.get(`v1.0/${id}/${cast}/${name}?$select=id&$count=true`);
    expect(answer.json).toEqual({
      '@odata.context': contextOf('v1.0', id, `${cast}/${name}(id)`),
      '@odata.count': whole.length,
      value: whole.map((item: { id: string }) => ({ id: item.id })),
    });
    const count = await contoso.get(`beta/${id}/${name}/$count`);
    expect([count.headers['content-type'], count.text]).toEqual(['text/plain', String(whole.length)]);
    const wrong = await contoso.get(`v1.0/${id}/microsoft.graph.iosCustomConfiguration/${name}`);
    expect(wrong.status).toBe(404);
  });

  test.for(overviews)(
    '%s is served behind a cast, narrowed by $select, and links to itself',
    async (name) => {
      const cast = 'microsoft.graph.windows10CustomConfiguration';
      const answer = await contoso.get(`beta/${id}/${cast}/${name}?$select=errorCount`);
      expect(answer.json).toEqual({
        '@odata.context': contextOf('beta', id, `${cast}/${name}(errorCount)/$entity`),
        errorCount: 1,
      });
      const accept = 'application/json;odata.metadata=full';
      const url = `https://localhost:80/v1.0/deviceManagement/deviceConfigurations('${id}')/${name}`;
      expect((await contoso.get(`v1.0/${id}/${name}`, { accept })).json).toMatchObject({ '@odata.id': url });
      const parent = await contoso.get(`v1.0/${id}`, { accept });
      expect(parent.json[`${name}@odata.navigationLink`]).toMatch(new RegExp(`\\('${id}'\\)/.*${name}$`));
    },
  );

  test.for([1, 2, 3])('pages of %i bring every device and user once', async (size) => {
    for (const name of collections) {
      const whole = (await contoso.get(`v1.0/${id}/${name}`)).json.value;
      const found: object[] = [];
      let next: string | undefined = `v1.0/${id}/${name}?$top=${size}`;
      while (next !== undefined) {
        const { json }: TestAnswer = await contoso.get(next);
        expect(json.value.length).toBeLessThanOrEqual(size);
        found.push(...json.value);
        next = json['@odata.nextLink']?.replace('https://localhost:80', '');
      }
      expect(found).toEqual(whole);
      const skipped = await contoso.get(`v1.0/${id}/${name}?$skip=1`, {
        prefer: `odata.maxpagesize=${size}`,
      });
      expect(skipped.json.value).toEqual(whole.slice(1, 1 + size));
      expect(skipped.headers['preference-applied']).toBe(`odata.maxpagesize=${size}`);
      expect((await contoso.get(`v1.0/${id}/${name}?$top=0`)).json.value).toEqual([]);
    }
  });

  test('what is no next link is refused', async () => {
    const token = (last: unknown) => Buffer.from(JSON.stringify([last, 0])).toString('base64url');
    for (const name of ['deviceStatuses', 'userStatuses']) {
      for (const skiptoken of ['x', token(5), token('x'), token("' or 1=1"), token(nobody)]) {
        const answer = await contoso.get(`v1.0/${id}/${name}?$skiptoken=${skiptoken}`);
        expect([answer.status, answer.json.error.details[0].target]).toEqual([400, '$skiptoken']);
      }
    }
    for (const option of ['$filter=id eq 1', '$orderby=id', '$expand=x']) {
      expect((await contoso.get(`v1.0/${id}/deviceStatuses?${option}`)).status).toBe(400);
    }
  });

  test('ids that are none are not found', async () => {
    const other = await contoso.configuration({ [camera]: 0 });
    const { done, silent } = devices;
    const wrong: Record<(typeof collections)[number], string[]> = {
      deviceStatuses: [
        done.id,
        `${bob.id}_${id}_${done.id}`,
        `${ann.id}_${other}_${done.id}`,
        `${ann.id}_${id}_${silent.id}`,
        `${ann.id}_${id}_${done.id}_`,
        `${ann.id}_${id}_${ann.id}`,
      ],
      userStatuses: [ann.id, `${ann.id}_${other}`, `${nobody}_${id}`, `${id}_${id}`],
      deviceSettingStateSummaries: [camera.replaceAll('/', '%2F'), `${id}_${'0'.repeat(32)}`],
    };
    for (const name of collections) {
      for (const key of [...wrong[name], '_', 'x'.repeat(500), '💥']) {
        const answer = await contoso.get(`v1.0/${id}/${name}/${encodeURIComponent(key)}`);
        expect([answer.status, answer.json.error.code], key).toEqual([404, 'ResourceNotFound']);
      }
    }
    for (const name of [...collections, ...overviews]) {
      expect((await contoso.get(`v1.0/${ann.id}/${name}`)).status).toBe(404);
    }
  });

  test('nothing of it can be written', async () => {
    const { token } = contoso.tenant;
    const key = rows()[0]!.id;
    for (const path of [...collections, ...overviews, `deviceStatuses/${key}`, `deviceStatuses/$count`]) {
      for (const method of ['POST', 'PATCH', 'PUT', 'DELETE'] as const) {
        const url = `/v1.0/deviceManagement/deviceConfigurations/${id}/${path}`;
        const answer = await server.send({ method, url, body: {}, token });
        expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD, OPTIONS']);
      }
    }
  });
});

describe('configurations that say different things', () => {
  test('are in conflict on devices that have both, and v1.0 counts these as failed', async () => {
    // Of a node that is known the stricter value would count.
    const unknown = './Device/Vendor/MSFT/Policy/Config/Made/Up';
    const fabrikam = await organization('fabrikam');
    const user = await fabrikam.user('cid@example.com');
    await fabrikam.device({ user, ...seen({ [unknown]: 0, [bluetooth]: 1 }) });
    const first = await fabrikam.configuration({ [unknown]: 0, [bluetooth]: 1 });
    const second = await fabrikam.configuration({ [unknown]: 1 });
    for (const id of [first, second]) {
      for (const name of ['deviceStatuses', 'userStatuses']) {
        const { value } = (await fabrikam.get(`v1.0/${id}/${name}`)).json;
        expect(value).toMatchObject([{ status: 'conflict' }]);
      }
      for (const name of overviews) {
        const zero = { errorCount: 0, notApplicableCount: 0, pendingCount: 0, successCount: 0 };
        expect((await fabrikam.get(`v1.0/${id}/${name}`)).json).toMatchObject({ failedCount: 1, ...zero });
        expect((await fabrikam.get(`beta/${id}/${name}`)).json).toMatchObject({
          failedCount: 0,
          conflictCount: 1,
          ...zero,
        });
      }
    }
    const { value } = (await fabrikam.get(`v1.0/${first}/deviceSettingStateSummaries`)).json;
    expect(value).toMatchObject([
      { conflictDeviceCount: 1, compliantDeviceCount: 0 },
      { conflictDeviceCount: 0, compliantDeviceCount: 1 },
    ]);
  });
});

describe('what devices have', () => {
  test('is no longer shown of a device that was removed, nor of a configuration that was taken from it', async () => {
    const { token } = server.tenant;
    const contoso = await organization('tailspin');
    const [kept, removed] = [await contoso.device({}), await contoso.device({})];
    const id = await contoso.configuration({ [camera]: 0 });
    const statuses = async () =>
      (await contoso.get(`v1.0/${id}/deviceStatuses`)).json.value.map((status: { id: string }) => status.id);
    expect(await statuses()).toEqual([`${nobody}_${id}_${kept.id}`, `${nobody}_${id}_${removed.id}`]);
    const answer = await server.send({
      method: 'DELETE',
      url: `/v1/organizations/tailspin/mdm/windows/enterprise/devices/${hexOfId(removed.id)}`,
      token: contoso.tenant.token,
    });
    expect(answer.status, answer.text).toBeLessThan(300);
    expect(await statuses()).toEqual([`${nobody}_${id}_${kept.id}`]);
    await server.send({
      method: 'POST',
      url: `/v1.0/deviceManagement/deviceConfigurations/${id}/assign`,
      body: { assignments: [] },
      token: contoso.tenant.token,
    });
    for (const name of ['deviceStatuses', 'userStatuses']) {
      expect((await contoso.get(`v1.0/${id}/${name}`)).json.value).toEqual([]);
    }
    for (const name of overviews) {
      expect((await contoso.get(`v1.0/${id}/${name}`)).json).toMatchObject({
        pendingCount: 0,
        lastUpdateDateTime: '2026-03-01T12:00:00.0000000Z',
      });
    }
    expect((await contoso.get(`v1.0/${id}/deviceSettingStateSummaries`)).json.value).toMatchObject([
      { settingName: 'AllowCamera', unknownDeviceCount: 0 },
    ]);
    expect(
      (await server.send({ url: `/v1.0/deviceManagement/deviceConfigurations/${id}/deviceStatuses`, token }))
        .status,
    ).toBe(404);
  });

  test('is as many statements for many devices as for one, and every one of them is shown', async () => {
    const contoso = await organization('wingtip');
    const id = await contoso.configuration({ [camera]: 0 });
    const addDevices = (count: number) =>
      server.change(contoso.tenant, async (context) => {
        for (let index = 0; index < count; index++) {
          const user = await createUser(context, { email: `${context.newId()}@example.com` });
          await createDevice(context, { platform: 'windows', user, ...seen({ [camera]: index % 2 }) });
        }
      });
    const statementsOf = async (path: string) => {
      server.takeStatements();
      const answer = await contoso.get(`v1.0/${id}/${path}`);
      return [answer.json.value?.length, server.takeStatements().length];
    };
    await addDevices(2);
    const [two, ofPage] = await statementsOf('deviceStatuses');
    const [, ofOverview] = await statementsOf('deviceStatusOverview');
    expect(two).toBe(2);
    for (const count of [198, 198, 198]) await addDevices(count);
    // They are read 256 at a time.
    expect(await statementsOf('deviceStatuses')).toEqual([596, ofPage! + 2]);
    expect(await statementsOf('userStatuses')).toEqual([596, expect.any(Number)]);
    expect(await statementsOf('deviceStatusOverview')).toEqual([undefined, ofOverview! + 2]);
    expect((await contoso.get(`v1.0/${id}/deviceStatusOverview`)).json).toMatchObject({
      successCount: 298,
      pendingCount: 298,
    });
    const found = new Set<string>();
    let next: string | undefined = `v1.0/${id}/deviceStatuses?$top=595&$count=true`;
    while (next !== undefined) {
      const { json }: TestAnswer = await contoso.get(next);
      expect(json['@odata.count']).toBe(596);
      for (const status of json.value) found.add(status.id);
      next = json['@odata.nextLink']?.replace('https://localhost:80', '');
    }
    expect(found.size).toBe(596);

    // So many devices are given another configuration by a job.
    const later = await contoso.configuration({ [bluetooth]: 1 });
    const pending = async () => (await contoso.get(`v1.0/${later}/deviceStatusOverview`)).json.pendingCount;
    expect(await pending()).toBe(0);
    await server.runJobs();
    expect(await pending()).toBe(596);
  });
});
