import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { reportConfig } from '../../../devices/index.ts';
import { lockDelivery, nothingDelivered, saveDelivery } from '../../../policies/index.ts';
import type { DmCommand } from '../dm-command.ts';
import {
  alert,
  certificateHeader,
  headerDone,
  results,
  signedIn,
  status,
  swV,
  testPc,
  told,
  type TestPc,
} from './fixtures/test-pc.ts';

let server: TestServer;
let pc: TestPc;
beforeAll(async () => {
  server = await testServer({ certificateHeader });
});
beforeEach(async () => {
  pc = await testPc(server, server.tenant);
});
afterAll(() => server[Symbol.asyncDispose]());

const scan: DmCommand = {
  verb: 'Exec',
  locUri: './Device/Vendor/MSFT/Defender/Scan',
  value: { format: 'chr', data: '1' },
};
const reboot: DmCommand = {
  verb: 'Exec',
  locUri: './Device/Vendor/MSFT/Reboot/RebootNow',
  value: { format: 'null', data: '' },
};
const reset: DmCommand = {
  verb: 'Exec',
  locUri: './Vendor/MSFT/RemoteWipe/doWipePersistUserData',
  value: { format: 'chr', data: '' },
};
const ofUser: DmCommand = { verb: 'Delete', locUri: './User/Vendor/MSFT/Policy/Config/Start/NoPin' };

test('an order is told, answered and kept with its answer', async () => {
  const id = await pc.order([swV]);
  const first = await pc.send();
  expect(first.commands).toMatchObject([{ verb: 'Get', id, items: [{ target: './DevDetail/SwV' }] }]);
  expect(await pc.orders()).toMatchObject([{ id, state: 'sent', sentAt: server.now() }]);
  const parts = headerDone + status(id, 200, 'Get') + results(id, [['./DevDetail/SwV', '10.0.26200']]);
  const second = await pc.send({ msgId: 2, parts });
  expect(second.statuses).toEqual(['SyncHdr: 200', 'Results: 200']);
  expect(second.commands).toEqual([]);
  const nodes = [{ locUri: './DevDetail/SwV', format: 'chr', data: '10.0.26200' }];
  expect(await pc.orders()).toMatchObject([
    {
      state: 'acknowledged',
      error: null,
      answer: { results: [{ id, verb: 'Get', locUri: './DevDetail/SwV', status: 200, nodes }] },
    },
  ]);
  expect(await pc.events()).toContain("The PC did 'Test'.");
});

test('orders of several commands are numbered, and finished when all are answered', async () => {
  const atomic: DmCommand = {
    verb: 'Atomic',
    commands: [
      { id: 'x', command: { verb: 'Delete', locUri: './A' } },
      { id: 'y', command: { verb: 'Delete', locUri: './B' } },
    ],
  };
  const id = await pc.order([swV, atomic, reboot]);
  const first = await pc.send();
  expect(told(first)).toEqual([`Get ${id}-1`, `Exec ${id}-3`]);
  expect(first.message.parts).toContainEqual(
    expect.objectContaining({
      kind: 'group',
      id: `${id}-2`,
      parts: [expect.objectContaining({ id: `${id}-2.1` }), expect.objectContaining({ id: `${id}-2.2` })],
    }),
  );
  const later = headerDone + status(`${id}-1`, 404, 'Get', '0x86000002') + status(`${id}-3`, 200, 'Exec');
  await pc.send({ msgId: 2, parts: later });
  expect(await pc.orders()).toMatchObject([
    {
      state: 'sent',
      finishedAt: null,
      answer: { results: [{ id: `${id}-1`, status: 404 }, {}, {}, {}, {}] },
    },
  ]);
  // Of the Atomic nothing was heard, so it alone goes again.
  const next = await pc.send({ sessionId: '2' });
  expect(told(next)).toEqual([]);
  expect(next.message.parts.at(-1)).toMatchObject({ kind: 'group', id: `${id}-2` });
  const children = status(`${id}-2.1`, 200, 'Delete') + status(`${id}-2.2`, 404, 'Delete');
  await pc.send({ sessionId: '2', msgId: 2, parts: headerDone + children });
  expect(await pc.orders()).toMatchObject([
    {
      state: 'error',
      error:
        'Get ./DevDetail/SwV: the PC has no such node (404, 0x86000002: the node was not found) — Delete ./B: the PC has no such node (404)',
      answer: {
        results: [
          { id: `${id}-1`, status: 404, originalError: '0x86000002' },
          { id: `${id}-2`, verb: 'Atomic' },
          { id: `${id}-2.1`, status: 200 },
          { id: `${id}-2.2`, status: 404 },
          { id: `${id}-3`, status: 200 },
        ],
      },
    },
  ]);
});

test.each([
  ['restart', reboot, undefined],
  // The PC is asked what it is and has: it may be another one.
  ['reset', reset, 'Get isoftwareVersion'],
])(
  'a %s whose answer did not come is not told again but when the very message is repeated, and says so',
  async (_, command, next) => {
    const id = await pc.order([command]);
    const first = await pc.send();
    expect(told(first)).toEqual([`Exec ${id}`]);
    expect(told(await pc.send())).toEqual([`Exec ${id}`]);
    expect(told(await pc.send({ sessionId: '2' }))[0]).toBe(next);
    expect(await pc.orders()).toMatchObject([
      { state: 'error', error: expect.stringContaining('it may have done it') },
    ]);
    // Until it has told that.
    expect(told(await pc.send({ sessionId: '3' }))[0]).toBe(next);
  },
);

test('what is urgent goes first, and what waits for the user waits', async () => {
  const later = await pc.order([swV]);
  const users = await pc.order([ofUser], { channel: 'user' });
  const urgent = await pc.order([scan], { isUrgent: true });
  const hidden = await pc.order([ofUser]);
  const first = await pc.send({ parts: alert(1201) + signedIn('others') });
  expect(told(first)).toEqual([`Exec ${urgent}`, `Get ${later}`]);
  const second = await pc.send({ sessionId: '2', parts: alert(1201) + signedIn('user') });
  expect(told(second)).toEqual([`Exec ${urgent}`, `Get ${later}`, `Delete ${users}`, `Delete ${hidden}`]);
  const third = await pc.send({ sessionId: '3', parts: alert(1201) + signedIn('none') });
  expect(told(third)).toEqual(told(first));
});

test.each([
  './Device/Vendor/MSFT/RemoteWipe/doWipeProtected',
  './Vendor/MSFT/DMClient/Provider/Muster/Unenroll',
])('%s ends the management when the PC says that it does it, and not when it refuses', async (locUri) => {
  const value = { format: 'chr', data: '' } as const;
  const refused = await pc.order([{ verb: 'Exec', locUri, value }], { type: 'end' });
  await pc.send();
  await pc.send({ msgId: 2, parts: headerDone + status(refused, 405, 'Exec') });
  expect(await pc.device()).toMatchObject({ state: 'ACTIVE' });
  const id = await pc.order([{ verb: 'Exec', locUri, value }], { type: 'end' });
  const other = await pc.order([swV]);
  expect(told(await pc.send({ sessionId: '2' }))).toEqual([`Exec ${id}`, `Get ${other}`]);
  const last = await pc.send({ sessionId: '2', msgId: 2, parts: headerDone + status(id, 200, 'Exec') });
  expect(told(last)).toEqual([]);
  expect(await pc.device()).toMatchObject({ state: 'DELETED' });
  expect((await pc.orders()).map(({ state }) => state)).toEqual(['canceled', 'acknowledged', 'error']);
});

test('a restart that did not fit into the message goes with the next one', async () => {
  const large = 'x'.repeat(3_000);
  const id = await pc.order([
    {
      verb: 'Replace',
      locUri: './DevDetail/Ext/Microsoft/DNSComputerName',
      value: { format: 'chr', data: large },
    },
    reboot,
  ]);
  const meta = '<MaxMsgSize xmlns="syncml:metinf">2048</MaxMsgSize>';
  expect(told(await pc.send({ meta }))).toEqual([`Replace ${id}-1`]);
  const second = await pc.send({ msgId: 2, parts: headerDone + status(`${id}-1`, 200) });
  expect(told(second)).toEqual([`Exec ${id}-2`]);
  // Its answer does not come.
  expect(told(await pc.send({ sessionId: '2' }))).toEqual([]);
  expect(await pc.orders()).toMatchObject([{ state: 'error' }]);
});

test.each(['RemoteWipe/doWipePersistUserData', 'RemoteWipe/AutomaticRedeployment/doAutomaticRedeployment'])(
  'after %s the PC is still managed, and has nothing any more',
  async (node) => {
    const locUri = `./Device/Vendor/MSFT/${node}`;
    await server.change(server.tenant, (context) =>
      saveDelivery(context, pc.deviceId, 'device', { ...nothingDelivered, settledKey: 'all' }),
    );
    await server.change(server.tenant, (context) =>
      reportConfig(context, pc.deviceId, { set: { './A': '1' }, gone: [] }),
    );
    const id = await pc.order([{ verb: 'Exec', locUri, value: { format: 'chr', data: '' } }]);
    await pc.send();
    const other = await pc.order([swV]);
    const last = await pc.send({ msgId: 2, parts: headerDone + status(id, 200, 'Exec') });
    expect(told(last)).toEqual([]);
    expect(await pc.device()).toMatchObject({ state: 'ACTIVE', config: {}, configDates: {} });
    expect(
      await server.change(server.tenant, (context) => lockDelivery(context, pc.deviceId, 'device')),
    ).toEqual(nothingDelivered);
    // It tells its inventory again, too.
    expect(told(await pc.send({ sessionId: '2' })).slice(0, 2)).toEqual([
      `Get ${other}`,
      'Get isoftwareVersion',
    ]);
    expect((await pc.orders()).map(({ state }) => state)).toEqual(['sent', 'acknowledged']);
  },
);

test('what a command brings is kept as far as people can look at it', async () => {
  const id = await pc.order([swV]);
  await pc.send();
  const many = results(id, [
    ['./DevDetail/SwV', 'x'.repeat(262_100)],
    ['./DevDetail/SwV', '\u{1F600}'.repeat(100)],
    ...Array.from({ length: 1_000 }, () => ['./DevDetail/SwV', 'y'.repeat(1_000)] as const),
  ]);
  await pc.send({ msgId: 2, parts: headerDone + status(id, 200, 'Get') + many });
  const [order] = await pc.orders();
  expect(order).toMatchObject({ state: 'acknowledged' });
  const text = JSON.stringify(order!.answer);
  expect(text.length).toBeLessThan(263_000);
  expect(text).toContain('…');
});

test('what was ordered together with a reset is told when the PC calls again', async () => {
  const id = await pc.order([reset, swV]);
  await pc.send();
  const last = await pc.send({ msgId: 2, parts: headerDone + status(`${id}-1`, 200, 'Exec') });
  expect(told(last)).toEqual([]);
  expect(told(await pc.send({ sessionId: '2' }))[0]).toBe(`Get ${id}-2`);
});
