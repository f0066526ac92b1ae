import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { storedRows } from '../../../../test/support/stored-rows.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { sql } from '../../../database/index.ts';
import {
  alert,
  certificateHeader,
  devInfo,
  headerDone,
  messageOf,
  post,
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

test('the first session: the PC says what it is, and is enrolled', async () => {
  const answer = await pc.send({ parts: alert(1201) + signedIn('user') + devInfo('Laptop 5') });
  expect(answer.statuses).toEqual(['SyncHdr: 200', 'Alert: 200', 'Alert: 200', 'Replace: 200']);
  expect(answer.commands).toEqual([]);
  expect(answer.message).toMatchObject({ sessionId: '1', msgId: 1, isFinal: true });
  expect(await pc.device()).toMatchObject({
    state: 'ACTIVE',
    summary: { details: { manufacturer: 'Contoso', model: 'Laptop 5', language: 'de-DE' } },
  });
});

test('nothing is told twice in a session, and what was not answered goes again in the next', async () => {
  const id = await pc.order([swV]);
  expect(told(await pc.send())).toEqual([`Get ${id}`]);
  expect(told(await pc.send({ msgId: 2, parts: headerDone }))).toEqual([]);
  expect(told(await pc.send({ sessionId: '2' }))).toEqual([`Get ${id}`]);
  // Some clients call every session alike.
  expect(told(await pc.send({ sessionId: '2', parts: alert(1201) + alert(1222) }))).toEqual([`Get ${id}`]);
});

test('a message that comes again is answered again, and does nothing twice', async () => {
  const id = await pc.order([swV]);
  const parts = alert(1201) + alert(1226, 'com.example.surprise', 'x') + devInfo('A');
  const first = await pc.send({ parts });
  const stored = await storedRows(server);
  const again = await pc.send({ parts });
  expect(again.text).toBe(first.text);
  expect(await storedRows(server)).toEqual(stored);
  const second = {
    msgId: 2,
    parts: headerDone + status(id, 200, 'Get') + results(id, [['./DevDetail/SwV', '1']]),
  };
  const answer = await pc.send(second);
  const done = await storedRows(server);
  expect((await pc.send(second)).text).toBe(answer.text);
  expect(await storedRows(server)).toEqual(done);
});

test('a message out of its order is refused, and changes nothing', async () => {
  const id = await pc.order([swV]);
  await pc.send();
  const before = await storedRows(server);
  const parts = headerDone + status(id, 200, 'Get');
  for (const sent of [
    { msgId: 3, parts },
    { msgId: 0, parts },
    { msgId: 2, sessionId: '9', parts },
  ]) {
    expect((await pc.send(sent)).statuses).toEqual(['SyncHdr: 400']);
  }
  expect(await storedRows(server)).toEqual(before);
  server.advance(16 * 60_000);
  expect((await pc.send({ msgId: 2, parts })).statuses).toEqual(['SyncHdr: 400']);
  expect(await storedRows(server)).toEqual(before);
});

test('a message of another protocol is refused', async () => {
  const before = await storedRows(server);
  const text = messageOf({}).replace('DM/1.2', 'DM/2.0');
  const answer = await post(server, pc.url, text, pc.certificate);
  expect(answer.statuses).toEqual(['SyncHdr: 513', 'Alert: 513']);
  expect(await storedRows(server)).toEqual(before);
});

test('what another PC says changes nothing of this one', async () => {
  const id = await pc.order([swV]);
  await pc.send();
  const other = await testPc(server, server.tenant);
  await other.send();
  const before = await pc.orders();
  const parts = headerDone + status(id, 200, 'Get') + results(id, [['./DevDetail/SwV', 'forged']]);
  const source = (await pc.device())!.platformId!;
  expect((await other.send({ msgId: 2, parts, source })).statuses).toEqual(['SyncHdr: 200', 'Results: 200']);
  expect(await pc.orders()).toEqual(before);
});

test('statuses of nothing that was told are taken, and change nothing', async () => {
  await pc.send({ parts: alert(1201) });
  const before = await pc.orders();
  const parts =
    headerDone +
    ['x', '0', '019ca945-0a00-828d-8000-0004437ca71b', '.'].map((id) => status(id, 200)).join('');
  expect((await pc.send({ msgId: 2, parts })).statuses).toEqual(['SyncHdr: 200']);
  expect(await pc.orders()).toEqual(before);
});

test('alerts are answered, and those that nobody knows are told once', async () => {
  const parts =
    alert(1200) +
    alert(1222) +
    alert(1224, 'com.microsoft/MDM/AADUserToken', 'secret-token') +
    alert(1224, 'com.microsoft.mdm.synctype', 'mixed') +
    alert(1226, 'com.example.surprise', 'hush') +
    alert(1101, 'x', 'y');
  const first = await pc.send({ parts });
  expect(first.statuses).toEqual([
    'SyncHdr: 200',
    ...[200, 200, 200, 200, 200, 406].map((code) => `Alert: ${code}`),
  ]);
  await pc.send({ parts, sessionId: '2' });
  const titles = (await pc.events()).filter((title) => title.includes('not known'));
  expect(titles.toSorted()).toEqual([
    "The PC tells something that is not known here: '1101'.",
    "The PC tells something that is not known here: '1226 com.example.surprise'.",
  ]);
  const stored = JSON.stringify(await storedRows(server));
  expect(stored).not.toContain('secret-token');
  expect(stored).not.toContain('hush');
});

test('what PCs do not send is not supported', async () => {
  const get = '<Get><CmdID>g</CmdID><Item><Target><LocURI>./X</LocURI></Target></Item></Get>';
  const parts = `${get}<Atomic><CmdID>t</CmdID>${get}</Atomic><Map><CmdID>m</CmdID></Map>`;
  expect((await pc.send({ parts })).statuses).toEqual([
    'SyncHdr: 200',
    'Get: 406',
    'Atomic: 406',
    'Get: 215',
    'Map: 406',
  ]);
});

test('a PC that breaks the session off is told nothing, and begins anew', async () => {
  const id = await pc.order([swV]);
  const aborted = await pc.send({ parts: alert(1223) });
  expect([aborted.statuses, told(aborted)]).toEqual([['SyncHdr: 200', 'Alert: 200'], []]);
  expect((await pc.send({ msgId: 2, parts: headerDone })).statuses).toEqual(['SyncHdr: 400']);
  expect(told(await pc.send())).toEqual([`Get ${id}`]);
});

test('a user who ends the management ends it', async () => {
  const id = await pc.order([swV]);
  const parts = alert(1201) + alert(1226, 'com.microsoft:mdm.unenrollment.userrequest', '1');
  const answer = await pc.send({ parts });
  expect([answer.statuses, told(answer)]).toEqual([['SyncHdr: 200', 'Alert: 200', 'Alert: 200'], []]);
  expect(await pc.device()).toMatchObject({ state: 'DELETED' });
  expect(await pc.orders()).toMatchObject([{ id, state: 'canceled' }]);
  const before = await storedRows(server);
  expect((await pc.send({ parts })).statuses).toEqual(['SyncHdr: 403', 'Alert: 403', 'Alert: 403']);
  expect(await storedRows(server)).toEqual(before);
});

test('a PC that goes on for ever is told nothing more', async () => {
  await pc.send();
  const parts = headerDone;
  for (let msgId = 2; msgId < 500; msgId++) await pc.send({ msgId, parts });
  const id = await pc.order([swV]);
  expect(told(await pc.send({ msgId: 500, parts }))).toEqual([]);
  expect(told(await pc.send({ msgId: 501, parts, isFinal: false }))).toEqual([]);
  expect(told(await pc.send({ sessionId: '2' }))).toEqual([`Get ${id}`]);
}, 120_000);

test('when nothing is left to tell the report of a PC is done for a day', async () => {
  pc = await testPc(server, server.tenant, { isReportDue: true });
  const dueAt = async () => {
    const { rows } = await sql<{ at: Date }>`
      select report_due_at as at from devices_dm_account where device_id = ${pc.deviceId}`.execute(
      server.database.connection,
    );
    return rows[0]!.at.getTime() - server.now().getTime();
  };
  let answer = await pc.send();
  let messages = 1;
  while (answer.commands.length > 0) {
    expect(await dueAt()).toBe(0);
    const parts = headerDone + answer.commands.map(({ id, verb }) => status(id, 404, verb)).join('');
    answer = await pc.send({ msgId: ++messages, parts });
  }
  expect(messages).toBeGreaterThan(1);
  expect(await dueAt()).toBe(24 * 3_600_000);
  expect(told(await pc.send({ sessionId: '2' }))).toEqual([]);
});
