import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestAnswer, type TestServer } from '../../../../test/support/server.ts';
import { createDevice, type Device } from '../../../devices/index.ts';
import { createUser, type User } from '../../../directory/index.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import {
  bluetooth,
  camera,
  configurationOfSome,
  contextOf,
  nobody,
  overviews,
  seen,
  statusOrganization,
  type StatusOrganization,
} from '../fixtures/configuration-statuses.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('a configuration that some devices have as it is, and others have not', () => {
  let of: Awaited<ReturnType<typeof configurationOfSome>>;
  let contoso: StatusOrganization;
  let id: Id;
  beforeAll(async () => {
    of = await configurationOfSome(server);
    ({ organization: contoso, id } = of);
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
  const rows = () => {
    const { ann, bob, devices } = of;
    return [
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
  };

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
    const { ann, bob } = of;
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
});

describe('configurations that say different things', () => {
  test('are in conflict on devices that have both, and v1.0 counts these as failed', async () => {
    // Of a node that is known the stricter value would count.
    const unknown = './Device/Vendor/MSFT/Policy/Config/Made/Up';
    const fabrikam = await statusOrganization(server, 'fabrikam');
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
    const contoso = await statusOrganization(server, 'tailspin');
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
    const contoso = await statusOrganization(server, 'wingtip');
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
