import { afterAll, beforeAll, expect, test } from 'vitest';
import { hexOfId } from '../../src/kernel/id.ts';
import { createApplication, createAsset } from '../../src/policies/index.ts';
import { exampleMsi } from '../../src/protocols/windows/msi/fixtures/example-msi.ts';
import type { SimulatedWindowsDevice } from '../simulated-devices/windows/index.ts';
import { testServer, type TestServer } from '../support/server.ts';
import { enrollBy, windowsDevice, windowsEnrollment } from '../support/windows-fleet.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const devices = '/api/v1/organizations/default/devices';
const applivery = '/v1/organizations/default/mdm/windows/enterprise/devices';

/** A PC that has enrolled and told its inventory. */
async function managedPc(
  form: 'windows10' | 'windows11',
): Promise<{ pc: SimulatedWindowsDevice; id: string }> {
  const pc = windowsDevice(server, { hardware: { form } });
  await enrollBy(pc, await windowsEnrollment(server, server.tenant));
  await pc.sync();
  const { json } = await server.send({ url: `${devices}?search=${pc.hardware.serialNumber}` });
  return { pc, id: json.items[0].id };
}

const get = async (url: string) => (await server.send({ url })).json;
const commandOf = async (id: string) => (await get(`${devices}/${id}/commands`)).items[0];
const order = async (id: string, body: object) => {
  const answer = await server.send({ method: 'POST', url: `${devices}/${id}/commands`, body });
  expect(answer.status, answer.text).toBeLessThan(300);
};
const verbsOf = (report: Awaited<ReturnType<SimulatedWindowsDevice['sync']>>) =>
  report.received.map(({ verb, uri }) => `${verb} ${uri}`);

test.each(['windows10', 'windows11'] as const)('a PC with %s tells what it is', async (form) => {
  const { pc, id } = await managedPc(form);
  const { hardware } = pc;
  const graph = await get(`/v1.0/deviceManagement/managedDevices/${id}`);
  expect(graph).toMatchObject({
    deviceName: hardware.name,
    operatingSystem: 'Windows',
    osVersion: hardware.osVersion,
    manufacturer: hardware.manufacturer,
    model: hardware.model,
    serialNumber: hardware.serialNumber,
    isEncrypted: false,
  });
  expect((await get(`${applivery}/${hardware.serialNumber}`)).data.summary).toMatchObject({
    name: hardware.name,
    os: 'Windows',
    osVersionName: expect.stringMatching(form === 'windows10' ? /^Windows 10 / : /^Windows 11 /),
    battery: '85%',
  });
  const { parts } = await get(`${devices}/${id}/inventory`);
  expect(parts.map(({ part }: { part: string }) => part)).toEqual(
    expect.arrayContaining(['device', 'security']),
  );
  expect((await pc.sync()).received).toEqual([]);
  server.advance(24 * 3_600_000);
  expect(verbsOf(await pc.sync())).toContain('Get ./DevDetail/SwV');
});

test('what is ordered is done when the PC calls, and what became of it is told', async () => {
  const { pc, id } = await managedPc('windows11');
  await order(id, { action: 'scanForMalware', quick: true });
  expect(verbsOf(await pc.sync())).toEqual(['Exec ./Device/Vendor/MSFT/Defender/Scan']);
  expect(await commandOf(id)).toMatchObject({ type: 'DefenderScan', state: 'acknowledged', error: null });
  await order(id, { action: 'rename', name: 'PC-RENAMED' });
  const restarts = pc.state.restarts;
  await pc.sync();
  expect(pc.state.restarts).toBe(restarts + 1);
  expect(await commandOf(id)).toMatchObject({ type: 'DNSComputerName', state: 'acknowledged' });
  await order(id, { action: 'sync' });
  await pc.sync();
  expect((await get(`${devices}/${id}`)).os.name).toBe('Windows');
  expect((await get(`/v1.0/deviceManagement/managedDevices/${id}`)).deviceName).toBe('PC-RENAMED');
  const nodes = [
    { path: './DevDetail/SwV', action: 'Get' },
    { path: './Vendor/MSFT/Nothing/There', action: 'Get' },
  ];
  await order(id, { command: { commands: nodes } });
  await pc.sync();
  expect(await commandOf(id)).toMatchObject({
    state: 'error',
    answer: { results: [{ status: 200, nodes: [{ data: pc.hardware.osVersion }] }, { status: 404 }] },
  });
});

test('an application is installed and removed by an order, twice', async () => {
  const { pc, id } = await managedPc('windows11');
  const application = await server.change(server.tenant, async (context) => {
    const mimeType = 'application/x-msi';
    const asset = await createAsset(context, { fileName: 'tool.msi', mimeType, content: exampleMsi });
    const config = { mdmAssetId: asset.id };
    return createApplication(context, { type: 'asset', config, info: { name: 'Tool' } });
  });
  const url = `${applivery}/${pc.hardware.serialNumber}/action`;
  const act = async (action: string) => {
    const body = { entity: 'application', action, id: hexOfId(application.id) };
    const answer = await server.send({ method: 'POST', url, body });
    expect(answer.status, answer.text).toBe(200);
    // It waits for longer than the address of a package is good for.
    server.advance(5 * 24 * 3_600_000);
    await pc.sync();
    expect(await commandOf(id)).toMatchObject({ type: answer.json.data.name, state: 'acknowledged' });
  };
  const installed = () =>
    pc.value(
      './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B3F2504E0-4F89-41D3-9A0C-0305E82C3301%7D/Status',
    );
  await act('install');
  expect(installed()).toBe('70');
  await act('install');
  expect(installed()).toBe('70');
  await act('uninstall');
  expect(installed()).toBe(undefined);
});

test('a part of the inventory is told again when it is asked for', async () => {
  const { pc } = await managedPc('windows11');
  const url = `${applivery}/${pc.hardware.serialNumber}`;
  const asked = await server.send({ method: 'POST', url: `${url}/info`, body: { info: ['applications'] } });
  expect(asked.json.data.refreshInfoNeeded).toEqual(['applications']);
  expect(verbsOf(await pc.sync())).toEqual(['Get ./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI']);
  expect((await get(url)).data.refreshInfoNeeded).toEqual([]);
});

test('a PC that is unenrolled leaves, and is removed when that is asked again', async () => {
  const { pc, id } = await managedPc('windows11');
  const remove = async () =>
    (await server.send({ method: 'DELETE', url: `${applivery}/${pc.hardware.serialNumber}` })).json.data;
  expect(await remove()).toEqual({ delete: true, state: 'DELETE_REQUESTED' });
  expect(verbsOf(await pc.sync())).toContain('Exec ./Device/Vendor/MSFT/DMClient/Provider/Muster/Unenroll');
  expect(pc.state.enrollment).toBe(undefined);
  expect((await get(`${devices}/${id}`)).state).toBe('DELETE_REQUESTED');
  const titles = (await get(`${devices}/${id}/timeline`)).items.map(({ title }: { title: string }) => title);
  expect(titles).toContain('The PC was told to leave the management.');
  expect(await remove()).toEqual({ delete: true, state: 'DELETED' });
});

test('a PC that is wiped is gone', async () => {
  const { pc, id } = await managedPc('windows11');
  await order(id, { action: 'wipe', isProtected: true });
  await pc.sync();
  expect(pc.state.erasures).toBe(1);
  expect((await get(`${devices}/${id}`)).state).toBe('DELETED');
  expect(await commandOf(id)).toMatchObject({ type: 'RemoteWipe', state: 'acknowledged' });
});
