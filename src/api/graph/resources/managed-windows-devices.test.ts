import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  enrolledWindowsDevice,
  type EnrolledWindowsDevice,
} from '../../../../test/support/enrolled-windows-device.ts';
import { testServer, type Tenant, type TestServer } from '../../../../test/support/server.ts';
import { finishCommand, lockWaitingCommands } from '../../../devices/commands/index.ts';
import { accountsOfDevices } from '../../../devices/dm-accounts/index.ts';
import type { ReportedFacts } from '../../../devices/index.ts';
import { allPermissions } from '../../../tenancy/index.ts';

let server: TestServer;
let tenant: Tenant;
let pc: EnrolledWindowsDevice;
let count = 0;
beforeAll(async () => {
  server = await testServer();
  tenant = await server.addTenant('pcs');
});
beforeEach(async () => {
  pc = await enrolledWindowsDevice(server, tenant, { ...facts, serialNumber: `SN-${++count}` });
});
afterAll(() => server[Symbol.asyncDispose]());

const facts: ReportedFacts = {
  name: 'PC-0001',
  os: 'Windows',
  osVersion: '10.0.26200.9278',
  osVersionName: 'Windows 11 Enterprise',
  battery: '85%',
  imei: '350000000000011',
  details: {
    manufacturer: 'Contoso',
    model: 'Notebook 14',
    productName: 'SKU_14',
    edition: 'Enterprise',
    wifiMac: 'aa:bb:cc:dd:ee:ff',
    ethernetMac: '0a:0b:0c:0d:0e:0f',
    totalStorage: 512_000_000_000,
    freeStorage: 107_374_182_400,
    totalMemory: 17_179_869_184,
    encrypted: true,
    tpmVersion: '2.0',
  },
};

const root = (version = 'v1.0') => `/${version}/deviceManagement/managedDevices`;
const get = async (path: string, version?: string) => {
  const answer = await server.send({ url: `${root(version)}${path}`, token: tenant.token });
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
};
const act = (action: string, body?: unknown, version = 'v1.0', { device } = pc) =>
  server.send({
    method: 'POST',
    url: `${root(version)}/${device.id}/${action}`,
    token: tenant.token,
    ...(body !== undefined && { body }),
  });
const waiting = () =>
  server.change(tenant, (context) => lockWaitingCommands(context, pc.device.id, 'device', 'user'));
const nodesOf = async () =>
  (await waiting()).map(({ body }) =>
    (body['commands'] as { locUri: string; value: { data: string } }[]).map(({ locUri, value }) =>
      `${locUri.split('/').at(-1)} ${value.data}`.trim(),
    ),
  );
const messageOf = (answer: { json: { error: { message: string } } }) => answer.json.error.message;

test.each(['v1.0', 'beta'])('%s tells what a PC told', async (version) => {
  const seen = server.now().toISOString().replace('Z', '0000Z');
  expect(await get(`/${pc.device.id}`, version)).toMatchObject({
    id: pc.device.id,
    deviceName: 'PC-0001',
    operatingSystem: 'Windows',
    osVersion: '10.0.26200.9278',
    manufacturer: 'Contoso',
    model: 'Notebook 14',
    serialNumber: `SN-${count}`,
    imei: '350000000000011',
    wiFiMacAddress: 'aa:bb:cc:dd:ee:ff',
    ethernetMacAddress: '0a:0b:0c:0d:0e:0f',
    totalStorageSpaceInBytes: 512_000_000_000,
    freeStorageSpaceInBytes: 107_374_182_400,
    physicalMemoryInBytes: 17_179_869_184,
    isEncrypted: true,
    complianceState: 'unknown',
    lastSyncDateTime: seen,
    enrolledDateTime: seen,
    deviceActionResults: [],
  });
  const { managementCertificateExpirationDate } = await get(`/${pc.device.id}`, version);
  expect(new Date(managementCertificateExpirationDate) > server.now()).toBe(true);
});

test('beta tells the hardware to whoever asks for it', async () => {
  const { hardwareInformation } = await get(`/${pc.device.id}?$select=hardwareInformation`, 'beta');
  expect(hardwareInformation).toMatchObject({
    manufacturer: 'Contoso',
    productName: 'SKU_14',
    operatingSystemEdition: 'Enterprise',
    tpmSpecificationVersion: '2.0',
    batteryLevelPercentage: 85,
  });
});

test.each([
  ["operatingSystem eq 'Windows'", true],
  ["startswith(osVersion,'10.0.26200')", true],
  ["manufacturer eq 'Contoso' and isEncrypted eq true", true],
  ["manufacturer eq 'Apple'", false],
  ['managementCertificateExpirationDate lt 2000-01-01T00:00:00Z', false],
  ['lastSyncDateTime gt 2000-01-01T00:00:00Z', true],
])('PCs are found by %s', async (filter, found) => {
  const { value } = await get(`?$filter=${encodeURIComponent(filter)}&$select=serialNumber,manufacturer`);
  const ids = value.map(({ serialNumber }: { serialNumber: string }) => serialNumber);
  expect(ids.includes(`SN-${count}`)).toBe(found);
});

test.each<[string, unknown, string[]]>([
  ['wipe', undefined, ['doWipe']],
  ['wipe', { keepUserData: true, keepEnrollmentData: true }, ['doWipePersistUserData']],
  ['wipe', { keepEnrollmentData: true }, ['doWipePersistProvisionedData']],
  ['wipe', { macOsUnlockCode: '123456' }, ['doWipe']],
  ['rebootNow', undefined, ['RebootNow']],
  ['windowsDefenderScan', { quickScan: true }, ['Scan 1']],
  ['windowsDefenderScan', { quickScan: false }, ['Scan 2']],
  ['windowsDefenderUpdateSignatures', undefined, ['UpdateSignature']],
  ['cleanWindowsDevice', { keepUserData: true }, ['CleanPCRetainingUserData']],
])('%s with %j', async (action, body, nodes) => {
  for (const version of ['v1.0', 'beta']) {
    const answer = await act(action, body, version);
    expect([answer.status, answer.text]).toEqual([204, '']);
  }
  expect(await nodesOf()).toEqual([nodes, nodes]);
  expect((await get(`/${pc.device.id}`)).deviceActionResults).toMatchObject([
    { actionName: action, actionState: 'pending' },
  ]);
});

test.each<[string, unknown, string[]]>([
  ['wipe', { useProtectedWipe: true }, ['doWipeProtected']],
  ['setDeviceName', { deviceName: 'PC-2' }, ['DNSComputerName PC-2', 'RebootNow']],
  ['rotateBitLockerKeys', undefined, ['RotateRecoveryPasswords']],
  ['rotateLocalAdminPassword', {}, ['ResetPassword']],
])('%s with %j, which beta alone knows', async (action, body, nodes) => {
  expect((await act(action, body, 'v1.0')).status).toBe(400);
  expect((await act(action, body, 'beta')).status).toBe(204);
  expect(await nodesOf()).toEqual([nodes]);
  expect((await get(`/${pc.device.id}`, 'beta')).deviceActionResults).toMatchObject([{ actionName: action }]);
});

test('what became of an action is told', async () => {
  await act('windowsDefenderScan', { quickScan: true });
  const [command] = await waiting();
  server.advance(60_000);
  await server.change(tenant, (context) =>
    finishCommand(context, command!.id, { state: 'acknowledged', answer: null, error: null }),
  );
  expect((await get(`/${pc.device.id}`)).deviceActionResults).toMatchObject([
    { actionName: 'windowsDefenderScan', actionState: 'done' },
  ]);
});

test('a PC is synchronized when it calls next, retired once, and deleted', async () => {
  server.advance(60_000);
  expect((await act('syncDevice')).status).toBe(204);
  const account = await server.change(tenant, async (context) =>
    (await accountsOfDevices(context, [pc.device.id])).get(pc.device.id),
  );
  expect(account?.reportDueAt).toEqual(server.now());
  for (const _ of [1, 2]) expect((await act('retire')).status).toBe(204);
  expect(await get(`/${pc.device.id}`, 'beta')).toMatchObject({
    managementState: 'retirePending',
    deviceActionResults: [{ actionName: 'retire', actionState: 'pending' }],
  });
  const url = `${root()}/${pc.device.id}`;
  expect((await server.send({ method: 'DELETE', url, token: tenant.token })).status).toBe(204);
  expect((await server.send({ url, token: tenant.token })).status).toBe(404);
  const ended = await server.change(tenant, async (context) =>
    (await accountsOfDevices(context, [pc.device.id])).get(pc.device.id),
  );
  expect(ended?.state).toBe('ended');
});

describe('refused is', () => {
  test.each<[string, unknown, string]>([
    ['remoteLock', undefined, 'cannot be locked'],
    ['shutDown', undefined, 'cannot be shut down'],
    ['wipe', { persistEsimDataPlan: true }, "Windows devices do not know 'persistEsimDataPlan'"],
    ['wipe', { useProtectedWipe: true, keepUserData: true }, "'keepUserData' must be false"],
    ['wipe', { keepUserData: 'yes' }, "'keepUserData' must be of type 'Edm.Boolean'"],
    ['windowsDefenderScan', undefined, "'quickScan' is required"],
    ['windowsDefenderScan', { quickScan: 1 }, "'quickScan' must be of type 'Edm.Boolean'"],
    ['windowsDefenderScan', { quickScan: true, full: true }, "'full' is not one of this action"],
    ['windowsDefenderUpdateSignatures', { now: true }, 'it takes none'],
    ['cleanWindowsDevice', {}, "'keepUserData' is required"],
    ['setDeviceName', {}, "'deviceName' is required"],
    ['setDeviceName', { deviceName: 'a b' }, "The parameter 'deviceName' must be 1 to 63 letters"],
    ['setDeviceName', { deviceName: 5 }, "'deviceName' must be of type 'Edm.String'"],
    ['rotateBitLockerKeys', [], 'JSON object'],
  ])('%s with %j', async (action, body, message) => {
    const answer = await act(action, body, 'beta');
    expect(answer.status, answer.text).toBe(400);
    expect(messageOf(answer)).toContain(message);
    expect(await waiting()).toEqual([]);
  });

  test.each(['rebootNow', 'rotateBitLockerKeys', 'syncDevice', 'retire'])(
    '%s of a PC that left, of a foreign one, and by who may command Apple devices alone',
    async (action) => {
      const token = await server.addToken(
        tenant,
        allPermissions.filter((permission) => permission !== 'windows.device.command'),
      );
      const url = `${root('beta')}/${pc.device.id}/${action}`;
      expect((await server.send({ method: 'POST', url, token })).status).toBe(403);
      const foreign = await enrolledWindowsDevice(server, server.tenant);
      expect((await act(action, undefined, 'beta', foreign)).status).toBe(404);
      await pc.leave();
      expect((await act(action, undefined, 'beta')).status).toBe(404);
    },
  );
});
