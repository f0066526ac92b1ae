import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { storedRows } from '../../../../test/support/stored-rows.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { sql } from '../../../database/index.ts';
import { revokeCertificate } from '../../../devices/certificate-authority/index.ts';
import { needInfo } from '../../../devices/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import {
  alert,
  certificateHeader,
  devInfo,
  headerDone,
  results,
  signedIn,
  status,
  swV,
  testPc,
  told,
  type Received,
  type TestPc,
} from './fixtures/test-pc.ts';

const minute = 60_000;
const locUri = './Device/Vendor/MSFT/Policy/Config/Experience/AllowCortana';
const first = alert(1201) + signedIn('user') + devInfo('A');

let server: TestServer;
let org: WindowsOrganization;
let pc: TestPc;
let count = 0;
beforeAll(async () => {
  server = await testServer({ certificateHeader });
});
beforeEach(async () => {
  org = await windowsOrganization(server, `idle-${++count}`);
  pc = await testPc(server, org.tenant);
  await give(0);
  await settle(pc);
});
afterAll(() => server[Symbol.asyncDispose]());

/** Gives the PC another policy in place of what it has. */
async function give(value: number): Promise<void> {
  const { id } = await org.policy(`value ${value}`, { config: { [locUri]: value } });
  const answer = await org.put(`/devices/${pc.name}`, {
    winPolicyAssignments: [{ winPolicyId: hexOfId(id), priority: 1 }],
  });
  expect(answer.status).toBe(200);
}

const call = (device: TestPc) => device.send({ parts: first });

/** Sessions in which the PC does all that it is told and has what it was given, until it is told nothing. */
async function settle(device: TestPc): Promise<string[]> {
  const all: string[] = [];
  const node = new Map<string, string>();
  let answer: Received = await call(device);
  for (let msgId = 2; answer.commands.length > 0; msgId++) {
    all.push(...answer.commands.map(({ verb }) => verb));
    const answers = answer.commands.map(({ id, verb, items: [item] }) => {
      if (verb !== 'Get') node.set(item!.target!, item!.data ?? '');
      const found = verb === 'Get' ? results(id, [[item!.target!, node.get(item!.target!) ?? '']]) : '';
      return status(id, 200, verb) + found;
    });
    answer = await device.send({ msgId, parts: headerDone + answers.join('') });
  }
  return all;
}

async function statements<Result>(work: () => Promise<Result>): Promise<string[]> {
  server.takeStatements();
  await work();
  return server.takeStatements();
}

test('a PC for which nothing has changed costs two statements', async () => {
  const { devices_dm_account: _, ...before } = await storedRows(server);
  server.advance(2 * minute);
  expect(await statements(() => call(pc))).toHaveLength(2);
  const answer = await call(pc);
  expect(answer.statuses).toEqual(['SyncHdr: 200', 'Alert: 200', 'Alert: 200', 'Replace: 200']);
  expect([told(answer), answer.message.isFinal]).toEqual([[], true]);
  expect(await storedRows(server)).toMatchObject(before);
  const { rows } = await sql<{ at: Date }>`
    select last_seen_at as at from devices_dm_account where device_id = ${pc.deviceId}`.execute(
    server.database.connection,
  );
  expect(rows).toEqual([{ at: server.now() }]);
});

test('a session that began so goes on, and an order that came meanwhile is told', async () => {
  await call(pc);
  const id = await pc.order([swV]);
  expect(told(await pc.send({ msgId: 2, parts: headerDone }))).toEqual([`Get ${id}`]);
});

test('PCs that call at the same time share their statements', async () => {
  const pcs: TestPc[] = [];
  for (let made = 0; made < 8; made++) pcs.push(await testPc(server, org.tenant));
  for (const one of pcs) await settle(one);
  server.advance(2 * minute);
  expect((await statements(() => Promise.all(pcs.map(call)))).length).toBeLessThanOrEqual(4);
});

test('with a digest the session costs these statements', async () => {
  const { rows } = await sql<{ nonce: Buffer }>`
    select nonce from devices_dm_account where device_id = ${pc.deviceId}`.execute(
    server.database.connection,
  );
  const cred = pc.cred(rows[0]!.nonce);
  const send = () => pc.send({ isAnonymous: true, name: pc.name, cred, parts: first });
  const tables = (await statements(send)).map((text) => /^begin|^commit|(?:from|update) "(\w+)"/.exec(text));
  expect(tables.map((found) => found?.[1] ?? found?.[0])).toEqual([
    'tenancy_organization',
    'begin',
    'devices_dm_account',
    'devices_certificate',
    'devices_device',
    'devices_command',
    'policies_delivery',
    'policies_device_set',
    'policies_csp_version',
    'devices_dm_account',
    'commit',
  ]);
});

test('another policy, an order, a report and a question are not overlooked', async () => {
  await give(1);
  expect(await settle(pc)).toContain('Replace');
  expect(await statements(() => call(pc))).toHaveLength(2);
  await pc.order([swV]);
  expect(await settle(pc)).toEqual(['Get']);
  expect(await statements(() => call(pc))).toHaveLength(2);
  await server.change(org.tenant, (context) => needInfo(context, pc.deviceId, ['applications']));
  expect(await settle(pc)).toContain('Get');
  expect(await statements(() => call(pc))).toHaveLength(2);
  await sql`update devices_dm_account set report_due_at = ${server.now()} where device_id = ${pc.deviceId}`.execute(
    server.database.connection,
  );
  expect(await settle(pc)).toContain('Get');
});

test('what a PC says anew is kept', async () => {
  await pc.send({ parts: alert(1201) + devInfo('B') });
  expect((await pc.device())!.summary.details?.model).toBe('B');
  await pc.send({ parts: alert(1201) + devInfo('B') + alert(1226, 'com.example.surprise', 'x') });
  expect(await pc.events()).toContain(
    "The PC tells something that is not known here: '1226 com.example.surprise'.",
  );
  const parts = alert(1201) + alert(1226, 'com.microsoft:mdm.unenrollment.userrequest', '1');
  await pc.send({ parts });
  expect((await pc.device())!.state).toBe('DELETED');
});

test('a certificate that is revoked or has ended counts no more', async () => {
  const other = await testPc(server, org.tenant);
  await settle(other);
  await server.change(org.tenant, (context) => revokeCertificate(context, pc.certificateSerial));
  expect((await call(pc)).statuses[0]).toBe('SyncHdr: 407');
  server.advance(366 * 24 * 60 * minute);
  expect((await call(other)).statuses[0]).toBe('SyncHdr: 407');
});

test('nobody is answered so who shows nothing, or belongs to another organization', async () => {
  expect((await pc.send({ isAnonymous: true, parts: first })).statuses[0]).toBe('SyncHdr: 407');
  const other = await windowsOrganization(server, `other-${count}`);
  const stranger = await testPc(server, other.tenant);
  expect((await stranger.send({ parts: first, headers: pc.certificate })).statuses[0]).toBe('SyncHdr: 407');
});
