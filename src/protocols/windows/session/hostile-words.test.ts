import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { listEvents } from '../../../devices/events/index.ts';
import { alert, certificateHeader, devInfo, testPc, type TestPc } from './fixtures/test-pc.ts';

let server: TestServer;
let pc: TestPc;
beforeAll(async () => {
  server = await testServer({ certificateHeader });
});
beforeEach(async () => {
  pc = await testPc(server, server.tenant);
});
afterAll(() => server[Symbol.asyncDispose]());

const installed = 'Reversed-Domain-Name:com.microsoft.mdm.win32csp_install';
/** A text of which the cut at 200 falls into the middle of a character. */
const cutInside = (before = '') => `${before}${'x'.repeat(199 - before.length)}\u{1F600}y`;

test.each([
  ['an alert that nobody knows', () => alert(1226, cutInside('1226 ').slice('1226 '.length))],
  ['what happened', () => alert(1226, installed, cutInside())],
  ['its model', () => devInfo(cutInside())],
])('a PC may say %s in characters that are cut', async (_, parts) => {
  const answer = await pc.send({ parts: alert(1201) + parts() });
  expect(answer.status).toBe(200);
});

test('of what happens on a PC the first hundred of a message are kept', async () => {
  const item = `<Item><Meta><Type xmlns="syncml:metinf">${installed}</Type></Meta><Data>1</Data></Item>`;
  const flood = `<Alert><CmdID>f</CmdID><Data>1226</Data>${item.repeat(3_000)}</Alert>`;
  expect((await pc.send({ parts: alert(1201) + flood })).status).toBe(200);
  const events = await server.change(server.tenant, (context) =>
    listEvents(context, pc.deviceId, { limit: 1_000 }),
  );
  expect(events.length).toBeLessThan(110);
});

test('a message with as many items as it may have is answered as any other', async () => {
  const results = (item: string) =>
    `<Results><CmdID>r</CmdID><MsgRef>1</MsgRef><CmdRef>nobody</CmdRef>${item.repeat(10_000)}</Results>`;
  for (const item of ['<Item/>', '<Item><Source><LocURI>./A</LocURI></Source><Data>x</Data></Item>']) {
    const answer = await pc.send({ parts: alert(1201) + results(item), isAnonymous: true });
    expect(answer.statuses).toEqual(['SyncHdr: 407', 'Alert: 407', 'Results: 407']);
  }
  const meta = `<Meta>${'<Size>x</Size>'.repeat(20_000)}</Meta>`;
  const answer = await pc.send({ parts: results('<Item/>').replace('<Item/>', `${meta}<Item/>`) });
  expect(answer.statuses).toEqual(['SyncHdr: 200', 'Results: 200']);
});
