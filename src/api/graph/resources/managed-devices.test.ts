import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { enrolAppleDevice } from '../../../../test/support/enrolled-apple-device.ts';
import { testServer, type Tenant, type TestServer } from '../../../../test/support/server.ts';
import { lockChannel } from '../../../devices/apple-channels/index.ts';
import { giveCommand } from '../../../devices/management/index.ts';
import { lockWaitingCommands } from '../../../devices/commands/index.ts';
import { createDevice, deviceKey, lockDevice } from '../../../devices/index.ts';
import { createUser } from '../../../directory/index.ts';
import { hexOfId } from '../../../kernel/id.ts';

let server: TestServer;
let tenant: Tenant;
let count = 0;
let made: Awaited<ReturnType<typeof fleet>>;
const newFleet = async () => {
  tenant = await server.addTenant(`fleet-${++count}`);
  made = await fleet();
};
beforeAll(async () => {
  server = await testServer();
  await newFleet();
});
afterAll(() => server[Symbol.asyncDispose]());

const root = (version = 'v1.0') => `/${version}/deviceManagement/managedDevices`;
const get = (path: string, version?: string) =>
  server.send({ url: `${root(version)}${path}`, token: tenant.token });
const send = (method: 'PATCH' | 'DELETE' | 'POST', path: string, body?: unknown, version?: string) =>
  server.send({
    method,
    url: `${root(version)}${path}`,
    token: tenant.token,
    ...(body !== undefined && { body }),
  });
const filtered = async (filter: string, version = 'beta') => {
  const answer = await get(`?$filter=${encodeURIComponent(filter)}&$select=serialNumber`, version);
  expect(answer.status, answer.text).toBe(200);
  return answer.json.value.map(({ serialNumber }: { serialNumber: string }) => serialNumber).toSorted();
};
const messageOf = (answer: { json: { error: { details: { message: string }[] } } }) =>
  answer.json.error.details[0]!.message;

const macFacts = {
  name: 'Ada’s Mac',
  os: 'macOS',
  osVersion: '15.1',
  battery: '85%',
  supervised: true,
  serialNumber: 'C02MAC',
  platformId: 'UDID-1',
  details: {
    udid: 'UDID-1',
    model: 'MacBook Pro',
    productName: 'Mac14,2',
    wifiMac: 'aa:bb:cc:dd:ee:ff',
    ethernetMac: '11:22:33:44:55:66',
    totalStorage: 994_662_584_320,
    freeStorage: 512_000_000_000,
    encrypted: true,
  },
} as const;

/** A Mac of a user, an iPhone that its owner enrolled, and a Windows PC; and what is no managed device. */
async function fleet() {
  const user = await server.change(tenant, (context) =>
    createUser(context, { email: 'ada@example.com', name: 'Ada' }),
  );
  const mac = await enrolAppleDevice(server, tenant, { told: macFacts, userId: user.id });
  const phone = await enrolAppleDevice(server, tenant, {
    kind: 'userEnrollment',
    told: { name: 'iPhone', os: 'iOS', osVersion: '18.0', serialNumber: 'F17PHONE', imei: '350000000000001' },
  });
  const pc = await server.change(tenant, (context) =>
    createDevice(context, {
      platform: 'windows',
      serialNumber: 'PC1',
      summary: { os: 'Windows', name: 'DESKTOP-1', compliance: { compliant: false } },
      lastStatusReportAt: new Date('2026-02-01T00:00:00Z'),
    }),
  );
  await server.change(tenant, async (context) => {
    await createDevice(context, { platform: 'windows', subType: 'enrollment', serialNumber: 'NEVER' });
    await createDevice(context, { platform: 'apple', state: 'DELETED', serialNumber: 'GONE' });
  });
  return { user, mac, phone, pc };
}

describe('what is told of a device', () => {
  test('is what the server knows, and else what Graph has for what is unset', async () => {
    const { user, mac } = made;
    const { status, json, headers } = await get(`/${mac.id}`);
    expect(status).toBe(200);
    expect(headers['etag']).toMatch(/\d/);
    expect(json).toMatchObject({
      id: mac.id,
      deviceName: 'Ada’s Mac',
      managedDeviceName: 'Ada’s Mac',
      managedDeviceOwnerType: 'company',
      userId: user.id,
      userPrincipalName: 'ada@example.com',
      emailAddress: 'ada@example.com',
      userDisplayName: 'Ada',
      operatingSystem: 'macOS',
      osVersion: '15.1',
      manufacturer: 'Apple',
      model: 'MacBook Pro',
      serialNumber: 'C02MAC',
      udid: 'UDID-1',
      imei: null,
      wiFiMacAddress: 'aa:bb:cc:dd:ee:ff',
      ethernetMacAddress: '11:22:33:44:55:66',
      totalStorageSpaceInBytes: 994_662_584_320,
      freeStorageSpaceInBytes: 512_000_000_000,
      physicalMemoryInBytes: 0,
      isEncrypted: true,
      isSupervised: true,
      complianceState: 'unknown',
      jailBroken: 'Unknown',
      managementAgent: 'mdm',
      deviceEnrollmentType: 'unknown',
      deviceRegistrationState: 'unknown',
      activationLockBypassCode: null,
      azureADRegistered: null,
      easActivationDateTime: '0001-01-01T00:00:00Z',
      enrolledDateTime: '2026-03-01T12:00:00.0000000Z',
      lastSyncDateTime: '2026-03-01T12:00:00.0000000Z',
      managementCertificateExpirationDate: '2027-03-01T12:00:00.0000000Z',
      deviceActionResults: [],
    });
    expect(json).not.toHaveProperty('hardwareInformation');
  });

  test('has the hardware in beta, for those who ask for it', async () => {
    const { mac, phone } = made;
    const path = `/${mac.id}?$select=hardwareInformation,deviceType,managementState,ownerType`;
    expect((await get(path, 'beta')).json).toMatchObject({
      deviceType: 'macMDM',
      managementState: 'managed',
      ownerType: 'company',
      hardwareInformation: {
        serialNumber: 'C02MAC',
        productName: 'Mac14,2',
        batteryLevelPercentage: 85,
        totalStorageSpace: 994_662_584_320,
        isEncrypted: true,
        tpmVersion: null,
      },
    });
    expect((await get(`/${mac.id}`, 'beta')).json.hardwareInformation).toBeNull();
    expect((await get(`/${mac.id}?$select=hardwareInformation`)).status).toBe(400);
    expect((await get(`/${phone.id}`, 'beta')).json).toMatchObject({
      deviceType: 'iPhone',
      ownerType: 'personal',
      deviceEnrollmentType: 'appleUserEnrollment',
      isSupervised: false,
      imei: '350000000000001',
    });
  });

  test('is told of Windows devices too, and of no others', async () => {
    const { pc, mac } = made;
    expect((await get(`/${pc.id}`, 'beta')).json).toMatchObject({
      operatingSystem: 'Windows',
      deviceType: 'desktop',
      manufacturer: null,
      complianceState: 'noncompliant',
      lastSyncDateTime: '2026-02-01T00:00:00.0000000Z',
      managedDeviceOwnerType: 'unknown',
    });
    const list = await get('?$select=serialNumber');
    expect(list.json['@odata.count']).toBe(3);
    expect(list.json.value.map((device: { serialNumber: string }) => device.serialNumber)).toEqual([
      'C02MAC',
      'F17PHONE',
      'PC1',
    ]);
    expect((await get('/$count')).text).toBe('3');
    const stranger = await server.send({ url: `${root()}/${mac.id}` });
    expect(stranger.status).toBe(404);
    for (const id of ['nothing', '00000000-0000-8000-8000-000000000000']) {
      expect((await get(`/${id}`)).status, id).toBe(404);
    }
  });
});

describe('a list', () => {
  test.each([
    ["deviceName eq 'ADA’S MAC'", ['C02MAC']],
    ["contains(deviceName,'desktop')", ['PC1']],
    ["startswith(serialNumber,'f17') or endswith(serialNumber,'mac')", ['C02MAC', 'F17PHONE']],
    ["not startswith(imei,'35')", []],
    ['imei eq null', ['C02MAC', 'PC1']],
    ["operatingSystem in ('macOS','Windows')", ['C02MAC', 'PC1']],
    ["userPrincipalName ne 'ada@example.com'", ['F17PHONE', 'PC1']],
    ['isSupervised', ['C02MAC']],
    ['isEncrypted eq false', ['F17PHONE', 'PC1']],
    ['totalStorageSpaceInBytes gt 500000000000', ['C02MAC']],
    ['totalStorageSpaceInBytes eq 0', ['F17PHONE', 'PC1']],
    ['freeStorageSpaceInBytes lt 1.5', ['F17PHONE', 'PC1']],
    ["complianceState eq 'noncompliant'", ['PC1']],
    ["complianceState eq 'unknown'", ['C02MAC', 'F17PHONE']],
    ["deviceType eq 'iPhone' or deviceType eq 'desktop'", ['F17PHONE', 'PC1']],
    ["ownerType eq 'personal'", ['F17PHONE']],
    ['lastSyncDateTime lt 2026-02-15T00:00:00Z', ['PC1']],
    ['enrolledDateTime gt 2026-01-01T00:00:00Z', ['C02MAC', 'F17PHONE']],
    ['enrolledDateTime eq 0001-01-01T00:00:00Z', ['PC1']],
    ["jailBroken eq 'unknown' and managementAgent eq 'mdm'", ['C02MAC', 'F17PHONE', 'PC1']],
    ['activationLockBypassCode ne null', []],
    ["joinType eq 'unknown'", ['C02MAC', 'F17PHONE', 'PC1']],
    ["isof('microsoft.graph.managedDevice')", ['C02MAC', 'F17PHONE', 'PC1']],
  ])('is filtered by the database: %s', async (filter, serials) => {
    expect(await filtered(filter)).toEqual(serials);
  });

  test('finds a device by its ids', async () => {
    const { mac, user } = made;
    expect(await filtered(`id eq '${mac.id}'`)).toEqual(['C02MAC']);
    expect(await filtered(`userId eq '${user.id.toUpperCase()}'`)).toEqual(['C02MAC']);
  });

  test.each([
    ['?$filter=hardwareInformation/serialNumber%20eq%20%27x%27', 'hardwareInformation/serialNumber'],
    ['?$orderby=hardwareInformation/serialNumber', 'hardwareInformation/serialNumber'],
    ['?$filter=nothing%20eq%201', 'nothing'],
    ['?$filter=totalStorageSpaceInBytes%20eq%20%27x%27', 'Edm.Int64'],
    ['?$search=x', '$search'],
    ['?$expand=users', '$expand'],
    ['?$top=1001', '1000'],
    ['?$skiptoken=x', '$skiptoken'],
  ])('refuses what it cannot do: %s', async (query, named) => {
    const answer = await get(query, 'beta');
    expect(answer.status).toBe(400);
    expect(messageOf(answer)).toContain(named);
  });

  test.each([
    ['', ['C02MAC', 'F17PHONE', 'PC1']],
    ['$orderby=serialNumber desc', ['PC1', 'F17PHONE', 'C02MAC']],
    ['$orderby=imei desc,deviceName', ['F17PHONE', 'C02MAC', 'PC1']],
    ['$orderby=totalStorageSpaceInBytes,lastSyncDateTime', ['PC1', 'F17PHONE', 'C02MAC']],
    ['$filter=isSupervised eq false&$orderby=operatingSystem desc', ['PC1', 'F17PHONE']],
  ])('is read page by page: %s', async (query, serials) => {
    const seen: string[] = [];
    let url: string | undefined = `${root()}?$top=1&$select=serialNumber&${encodeURI(query)}`;
    while (url !== undefined) {
      const answer = await server.send({ url, token: tenant.token });
      expect(answer.status, answer.text).toBe(200);
      expect(answer.json['@odata.count']).toBe(serials.length);
      expect(answer.json.value).toHaveLength(1);
      seen.push(answer.json.value[0].serialNumber);
      const next: string | undefined = answer.json['@odata.nextLink'];
      url = next && next.slice(next.indexOf('/v1.0'));
    }
    expect(seen).toEqual(serials);
  });

  test('takes as many statements for many devices as for one', async () => {
    const { mac } = made;
    await server.change(tenant, async (context) => {
      const device = await lockDevice(context, 'apple', deviceKey(hexOfId(mac.id)));
      await giveCommand(context, device, { type: 'RestartDevice', body: { arguments: {} } });
    });
    const statementsOf = async (query: string) => {
      server.takeStatements();
      const answer = await get(query);
      expect(answer.status, answer.text).toBe(200);
      return { devices: answer.json.value.length as number, statements: server.takeStatements().length };
    };
    await statementsOf('');
    const one = await statementsOf('?$top=1');
    const all = await statementsOf('');
    expect([one.devices, all.devices]).toEqual([1, 3]);
    expect(all.statements).toBe(one.statements);
    expect((await statementsOf('?$select=id&$count=false')).statements).toBe(all.statements - 2);
  });
});

describe('a device is changed', () => {
  beforeEach(newFleet);

  test('by another name, which is no longer told when it is taken away', async () => {
    const { mac } = made;
    const named = await send('PATCH', `/${mac.id}`, { managedDeviceName: 'Front desk', jailBroken: 'no' });
    expect(named.status, named.text).toBe(200);
    expect(named.json).toMatchObject({ managedDeviceName: 'Front desk', deviceName: 'Ada’s Mac' });
    const headers = { 'if-match': 'W/"1"' };
    const stale = await server.send({
      method: 'PATCH',
      url: `${root()}/${mac.id}`,
      token: tenant.token,
      headers,
      body: { managedDeviceName: 'x' },
    });
    expect(stale.status).toBe(412);
    const unnamed = await send('PATCH', `/${mac.id}`, { managedDeviceName: null });
    expect(unnamed.json.managedDeviceName).toBe('Ada’s Mac');
    // What a client reads it may send back.
    const { json } = await get(`/${mac.id}`, 'beta');
    expect((await send('PATCH', `/${mac.id}`, json, 'beta')).status).toBe(200);
  });

  test.each([
    [{ notes: 'Broken' }, "The property 'notes' of a managed device is not kept by this server."],
    [{ managedDeviceOwnerType: 'personal' }, "'managedDeviceOwnerType'"],
    [{ managedDeviceName: 'x'.repeat(129) }, '128'],
    [{ managedDeviceName: 5 }, 'Edm.String'],
    [{ color: 'red' }, 'color'],
    [[], 'JSON object'],
  ])('but not by what is not kept: %j', async (body, message) => {
    const { mac } = made;
    const answer = await send('PATCH', `/${mac.id}`, body);
    expect(answer.status).toBe(400);
    expect(messageOf(answer)).toContain(message);
    expect((await get(`/${mac.id}`)).json.managedDeviceName).toBe('Ada’s Mac');
  });

  test('and removed', async () => {
    const { mac, pc } = made;
    expect((await send('POST', `/${mac.id}/rebootNow`)).status).toBe(204);
    expect((await send('DELETE', `/${mac.id}`)).status).toBe(204);
    await server.change(tenant, async (context) => {
      expect(await lockWaitingCommands(context, mac.id, mac.channel)).toEqual([]);
      const identity = { id: mac.channel, deviceChannel: mac.channel };
      expect(await lockChannel(context, identity, mac.fingerprint)).toMatchObject({ state: 'ended' });
    });
    expect((await get(`/${mac.id}`)).status).toBe(404);
    expect((await send('DELETE', `/${mac.id}`)).status).toBe(404);
    expect((await get('/$count')).text).toBe('2');
    const native = await server.send({
      url: `/api/v1/organizations/${tenant.organization.slug}/devices/${mac.id}`,
      token: tenant.token,
    });
    expect(native.json).toMatchObject({ state: 'DELETED' });
    expect((await send('PATCH', `/${pc.id}`, { managedDeviceName: 'x' })).json.managedDeviceName).toBe('x');
    expect((await send('DELETE', `/${pc.id}`)).status).toBe(204);
    expect((await get(`/${pc.id}`)).status).toBe(404);
  });
});

test('every operation needs its permission', async () => {
  const { mac } = made;
  const token = await server.addToken(tenant, ['apple.device.read', 'windows.device.read']);
  const answer = (method: 'PATCH' | 'DELETE' | 'POST', path: string) =>
    server.send({ method, url: `${root()}/${mac.id}${path}`, token, body: {} });
  for (const [method, path, accepted] of [
    ['PATCH', '', 'DeviceManagementManagedDevices.ReadWrite.All'],
    ['DELETE', '', 'DeviceManagementManagedDevices.ReadWrite.All'],
    ['POST', '/wipe', 'DeviceManagementManagedDevices.PrivilegedOperations.All'],
    ['POST', '/syncDevice', 'DeviceManagementManagedDevices.PrivilegedOperations.All'],
  ] as const) {
    const refused = await answer(method, path);
    expect(refused.status, `${method} ${path}`).toBe(403);
    expect(refused.json.error.message).toContain(accepted);
  }
});
