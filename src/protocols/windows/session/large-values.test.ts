import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import type { DmCommand } from '../dm-command.ts';
import {
  certificateHeader,
  headerDone,
  results,
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

const large = (size: number, data = 'x'.repeat(size)): DmCommand => ({
  verb: 'Replace',
  locUri: './Device/Vendor/MSFT/A',
  value: { format: 'chr', data },
});
const limits = (maxMsgSize: number, maxObjSize?: number) =>
  `<MaxMsgSize xmlns="syncml:metinf">${maxMsgSize}</MaxMsgSize>` +
  (maxObjSize === undefined ? '' : `<MaxObjSize xmlns="syncml:metinf">${maxObjSize}</MaxObjSize>`);

test('a message is filled as far as its limit, and the rest follows', async () => {
  const ids: string[] = [];
  for (let made = 0; made < 3; made++) ids.push(await pc.order([large(7_000)]));
  const first = await pc.send({ meta: limits(16_384) });
  expect(told(first)).toEqual(ids.slice(0, 2).map((id) => `Replace ${id}`));
  expect(Buffer.byteLength(first.text)).toBeLessThanOrEqual(16_384);
  const done = ids.slice(0, 2).map((id) => status(id, 200));
  const second = await pc.send({ msgId: 2, parts: headerDone + done.join('') });
  expect(told(second)).toEqual([`Replace ${ids[2]}`]);
});

test('without a limit half a mebibyte goes at once, and a larger value goes whole', async () => {
  const small = await pc.order([large(300_000)]);
  const huge = await pc.order([large(700_000)]);
  const first = await pc.send();
  expect(told(first)).toEqual([`Replace ${small}`]);
  const second = await pc.send({ msgId: 2, parts: headerDone + status(small, 200) });
  expect(told(second)).toEqual([`Replace ${huge}`]);
  expect(second.commands[0]!.items[0]!.data).toHaveLength(700_000);
});

test('a PC that takes large values gets one in parts', async () => {
  const data = '<data id="ä😀"/>&'.repeat(300);
  const id = await pc.order([large(0, data)]);
  const after = await pc.order([swV]);
  let answer = await pc.send({ meta: limits(2_048, 1_000_000) });
  let received = '';
  let msgId = 1;
  for (;;) {
    const [command] = answer.commands;
    expect(told(answer)).toEqual([`Replace ${id}`]);
    expect(Buffer.byteLength(answer.text)).toBeLessThanOrEqual(2_048);
    const [item] = command!.items;
    expect(item!.size).toBe(msgId === 1 ? Buffer.byteLength(data) : undefined);
    received += item!.data;
    if (!item!.hasMore) break;
    // The answer to one part gets lost.
    const next = { msgId: ++msgId, parts: headerDone + status(id, 213) };
    const lost = await pc.send(next);
    answer = await pc.send(next);
    expect(answer.text).toBe(lost.text);
  }
  expect(msgId).toBeGreaterThan(5);
  expect(received).toBe(data);
  const last = await pc.send({ msgId: ++msgId, parts: headerDone + status(id, 200) });
  expect(told(last)).toEqual([`Get ${after}`]);
  expect((await pc.orders()).map(({ state }) => state)).toEqual(['sent', 'acknowledged']);
});

test('results that come in several messages are joined', async () => {
  const id = await pc.order([swV]);
  await pc.send();
  const node = './DevDetail/SwV';
  const chunk = (data: string, after: string) => results(id, [[node, data, after]]);
  const first = await pc.send({
    msgId: 2,
    isFinal: false,
    parts: headerDone + status(id, 200, 'Get') + chunk('<10.', '<MoreData/>'),
  });
  expect(first.statuses).toEqual(['SyncHdr: 200', 'Results: 213']);
  expect(first.message.parts.at(-1)).toMatchObject({ kind: 'alert', code: 1222 });
  const middle = { msgId: 3, isFinal: false, parts: headerDone + chunk('0.', '<MoreData/>') };
  await pc.send(middle);
  await pc.send(middle);
  expect(await pc.orders()).toMatchObject([{ state: 'sent' }]);
  const last = await pc.send({ msgId: 4, parts: headerDone + chunk('26200>', '') });
  expect(last.statuses).toEqual(['SyncHdr: 200', 'Results: 200']);
  expect(await pc.orders()).toMatchObject([
    {
      state: 'acknowledged',
      answer: { results: [{ status: 200, nodes: [{ locUri: node, data: '<10.0.26200>' }] }] },
    },
  ]);
});

test('a value that does not end is refused', async () => {
  const id = await pc.order([swV]);
  await pc.send();
  const parts = headerDone + results(id, [['./A', 'x'.repeat(700_000), '<MoreData/>']]);
  expect((await pc.send({ msgId: 2, parts })).statuses).toEqual(['SyncHdr: 200', 'Results: 213']);
  expect((await pc.send({ msgId: 3, parts })).statuses).toEqual(['SyncHdr: 200', 'Results: 413']);
});
