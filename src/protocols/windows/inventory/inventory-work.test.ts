import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  enrolledWindowsDevice,
  type EnrolledWindowsDevice,
} from '../../../../test/support/enrolled-windows-device.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { accountsOfDevices, askWindowsDevice, saveAccount } from '../../../devices/dm-accounts/index.ts';
import { needInfo } from '../../../devices/index.ts';
import { inventoryOf } from '../../../devices/inventory/index.ts';
import type { CommandOutcome } from '../dm-command.ts';
import type { WindowsSettings } from '../options.ts';
import { inventoryItems, inventoryPeriod } from './inventory.ts';
import { inventoryWork } from './inventory-work.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const settings = {} as WindowsSettings;

/** Nodes as the PC has them: interior ones are there by what is below. */
type Tree = Readonly<Record<string, string>>;

const applications = './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI';
const tree: Tree = {
  './DevDetail/SwV': '10.0.26200.9278',
  './DevDetail/Ext/Microsoft/DNSComputerName': 'PC-1',
  './Vendor/MSFT/DeviceStatus/OS/Edition': '4',
  './Vendor/MSFT/DeviceStatus/Compliance/EncryptionCompliance': '1',
  [applications]: '%7BA%7D/%7BB%7D',
  [`${applications}/%7BA%7D/Name`]: 'Editor',
  [`${applications}/%7BA%7D/Version`]: '1.2',
  [`${applications}/%7BB%7D/Name`]: 'Browser',
};

function answerOf(node: Tree, { id, locUri }: { id: string; locUri: string }): CommandOutcome {
  const data = node[locUri];
  return data === undefined
    ? { id, status: 404, nodes: [] }
    : { id, status: 200, nodes: [{ locUri, format: 'chr', data }] };
}

/** A session in messages of at most so many commands, after each of which the PC answers with what it has. */
async function session(pc: EnrolledWindowsDevice, node: Tree, perMessage = 1_000, messages = 100) {
  const told = new Set<string>();
  const asked: string[][] = [];
  let outcomes: CommandOutcome[] = [];
  for (let message = 0; message < messages; message += 1) {
    const heard = outcomes;
    const planned = await server.change(server.tenant, async (context) => {
      const account = (await accountsOfDevices(context, [pc.device.id])).get(pc.device.id)!;
      const work = await inventoryWork(settings, context, await pc.read(), account);
      await work.heard(heard);
      const isReportDue = account.reportDueAt <= context.now;
      const sent = work.planned({ userIsSignedIn: false, isReportDue, told }).slice(0, perMessage);
      work.sent(sent.map(({ id }) => id));
      await work.save({ isThrough: false });
      // As sessions do.
      if (isReportDue && sent.length === 0) {
        const reportDueAt = new Date(context.now.getTime() + inventoryPeriod);
        await saveAccount(context, pc.device.id, { reportDueAt });
      }
      return sent;
    });
    if (planned.length === 0) break;
    for (const { id } of planned) told.add(id);
    asked.push(planned.map(({ id }) => id));
    outcomes = planned.map(({ id, command }) =>
      answerOf(node, { id, locUri: (command as { locUri: string }).locUri }),
    );
    server.advance(1_000);
  }
  return { asked, last: outcomes };
}

const partsOf = async ({ device }: EnrolledWindowsDevice) => {
  const owned = { organizationId: server.tenant.organization.id, id: device.id };
  const [told] = await inventoryOf(server.database, [owned]);
  return told!;
};
const accountOf = ({ device }: EnrolledWindowsDevice) =>
  server.change(server.tenant, async (context) =>
    (await accountsOfDevices(context, [device.id])).get(device.id)!,
  );

test('a PC tells everything at its first session, and nothing again for a day', async () => {
  const pc = await enrolledWindowsDevice(server, server.tenant);
  const { asked } = await session(pc, tree);
  expect(asked).toHaveLength(2);
  expect(asked[0]).toEqual(inventoryItems.map(({ name }) => `i${name}`));
  expect(asked[1]).toHaveLength(2 * 4);
  const { device, security, applications: apps } = await partsOf(pc);
  expect(device!.content).toMatchObject({ './DevDetail/SwV': '10.0.26200.9278' });
  expect(device!.content).not.toHaveProperty('./DevInfo/Man');
  expect(security!.content).toEqual({ './Vendor/MSFT/DeviceStatus/Compliance/EncryptionCompliance': '1' });
  expect(apps!.content).toEqual({
    [applications]: '%7BA%7D/%7BB%7D',
    [`${applications}/%7BA%7D/Name`]: 'Editor',
    [`${applications}/%7BA%7D/Version`]: '1.2',
    [`${applications}/%7BB%7D/Name`]: 'Browser',
  });
  expect((await pc.read()).summary).toMatchObject({
    name: 'PC-1',
    os: 'Windows',
    osVersion: '10.0.26200.9278',
    osVersionName: 'Windows 11 Enterprise',
    details: { encrypted: true },
  });
  expect((await session(pc, tree)).asked).toEqual([]);
  const { reportDueAt } = await accountOf(pc);
  server.advance(reportDueAt.getTime() - server.now().getTime());
  expect((await session(pc, tree)).asked).toHaveLength(2);
});

test('small messages and a session that ends early lose nothing', async () => {
  const pc = await enrolledWindowsDevice(server, server.tenant);
  const whole = inventoryItems.length + 8;
  const { asked } = await session(pc, tree, 7, 3);
  expect(asked.flat()).toHaveLength(21);
  expect((await pc.read()).summary.name).toBe('PC-1');
  const again = await session(pc, tree, 7);
  expect(again.asked.flat()).toHaveLength(whole);
  expect(new Set(again.asked.flat()).size).toBe(whole);
  expect((await accountOf(pc)).reportDueAt > server.now()).toBe(true);
});

test('what an administrator wants to know is asked alone, once', async () => {
  const pc = await enrolledWindowsDevice(server, server.tenant);
  await session(pc, tree);
  const { reportDueAt } = await accountOf(pc);
  await server.change(server.tenant, (context) =>
    needInfo(context, pc.device.id, ['applications', 'rubbish']),
  );
  const { asked } = await session(pc, tree);
  expect(asked[0]).toEqual(['iapplications']);
  expect(asked[1]).toHaveLength(8);
  expect((await pc.read()).refreshInfoNeeded).toEqual(['rubbish']);
  expect((await accountOf(pc)).reportDueAt).toEqual(reportDueAt);
  await server.change(server.tenant, (context) => askWindowsDevice(context, pc.device.id));
  await session(pc, tree);
  expect((await pc.read()).refreshInfoNeeded).toEqual([]);
});

test('what is gone from the PC is gone here, and an answer can come twice', async () => {
  const pc = await enrolledWindowsDevice(server, server.tenant);
  const { last } = await session(pc, tree);
  const hear = (outcomes: readonly CommandOutcome[]) =>
    server.change(server.tenant, async (context) => {
      const account = (await accountsOfDevices(context, [pc.device.id])).get(pc.device.id)!;
      const work = await inventoryWork(settings, context, await pc.read(), account);
      await work.heard(outcomes);
      expect(work.planned({ userIsSignedIn: true, isReportDue: false, told: new Set() })).toEqual([]);
      await work.save({ isThrough: false });
    });
  const before = await partsOf(pc);
  await hear(last);
  expect((await partsOf(pc)).applications!.content).toEqual(before.applications!.content);
  // Of others, of no known item, for another node, and without an answer.
  const nodeOf = (locUri: string) => [{ locUri, format: 'chr' as const, data: 'x' }];
  server.advance(1_000);
  await hear([
    { id: 'd00', status: 200, nodes: nodeOf('./DevDetail/SwV') },
    { id: 'irubbish', status: 200, nodes: nodeOf('./DevDetail/SwV') },
    { id: 'iapplications.7.Name', status: 200, nodes: nodeOf(`${applications}/x/Name`) },
    { id: 'isoftwareVersion', status: 200, nodes: nodeOf('./DevDetail/OEM') },
    { id: 'isoftwareVersion', status: 200, nodes: [] },
    { id: 'isoftwareVersion', status: 500, nodes: [] },
  ]);
  expect(await partsOf(pc)).toEqual(before);
  await hear([
    { id: 'iapplications', status: 200, nodes: [{ locUri: applications, format: 'node', data: '%7BB%7D' }] },
    { id: 'isoftwareVersion', status: 200, nodes: nodeOf('./devdetail/swv') },
    { id: 'idnsComputerName', status: 404, nodes: [] },
  ]);
  const after = await partsOf(pc);
  expect(after.applications!.content).toEqual({
    [applications]: '%7BB%7D',
    [`${applications}/%7BB%7D/Name`]: 'Browser',
  });
  expect(after.device!.content).toMatchObject({ './DevDetail/SwV': 'x' });
  expect(after.device!.content).not.toHaveProperty('./DevDetail/Ext/Microsoft/DNSComputerName');
  await hear([{ id: 'iapplications', status: 404, nodes: [] }]);
  expect((await partsOf(pc)).applications!.content).toEqual({});
});

test('long values are cut, and long lists', async () => {
  const pc = await enrolledWindowsDevice(server, server.tenant);
  const names = Array.from({ length: 700 }, (_, index) => `app${index}`);
  await session(pc, { './DevDetail/OEM': 'o'.repeat(10_000), [applications]: names.join('/') }, 5_000);
  const { device, applications: apps } = await partsOf(pc);
  expect(device!.content['./DevDetail/OEM']).toHaveLength(4_096);
  expect(apps!.content[applications]).toBe(names.slice(0, 500).join('/'));
});

test('a PC with nothing to tell takes no statement', async () => {
  const pc = await enrolledWindowsDevice(server, server.tenant);
  await session(pc, tree);
  await server.change(server.tenant, async (context) => {
    const account = (await accountsOfDevices(context, [pc.device.id])).get(pc.device.id)!;
    const device = await pc.read();
    server.takeStatements();
    const work = await inventoryWork(settings, context, device, account);
    await work.heard([{ id: 'd00', status: 200, nodes: [] }]);
    expect(work.planned({ userIsSignedIn: true, isReportDue: false, told: new Set() })).toEqual([]);
    await work.save({ isThrough: false });
    expect(server.takeStatements()).toEqual([]);
  });
});
