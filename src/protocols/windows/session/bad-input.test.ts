import { afterAll, beforeAll, expect, test } from 'vitest';
import { selfSigned, signMessage } from '../../../../test/simulated-devices/apple/index.ts';
import { storedRows } from '../../../../test/support/stored-rows.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  alert,
  certificateHeader,
  headerDone,
  messageOf,
  post,
  status,
  testPc,
  type TestPc,
} from './fixtures/test-pc.ts';
import { package1 } from './wire/fixtures/messages.ts';
import { largestMessage } from './wire/read-message.ts';

let server: TestServer;
let pc: TestPc;
beforeAll(async () => {
  server = await testServer({ certificateHeader });
  pc = await testPc(server, server.tenant);
  await pc.order([{ verb: 'Get', locUri: './DevDetail/SwV' }]);
});
afterAll(() => server[Symbol.asyncDispose]());

interface Sent {
  readonly url?: string;
  readonly headers?: Record<string, string>;
}

/** Sends what must be refused: it is, with a word why, is logged once and as no bug, and changes nothing. */
async function expectRefused(code: number, body: string | Buffer, { url = pc.url, headers }: Sent = {}) {
  const before = await storedRows(server);
  const logged = server.logged().length;
  const answer = await post(server, url, body, { ...pc.certificate, ...headers });
  expect(answer.status).toBe(code);
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(answer.text).toMatch(/^[A-Z'].*\.\n$/);
  const lines = server
    .logged()
    .slice(logged)
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as { level: number; msg: string }]));
  expect(lines.filter(({ level }) => level >= 30).map(({ msg }) => msg)).toEqual([
    'device message refused',
    'request',
  ]);
  expect(await storedRows(server)).toEqual(before);
}

const bomb = `<!DOCTYPE SyncML [<!ENTITY a0 "ha">${Array.from(
  { length: 20 },
  (_, index) => `<!ENTITY a${index + 1} "${`&a${index};`.repeat(10)}">`,
).join('')}]>`;
const good = messageOf({});

test.each<[string, number, string | Buffer]>([
  ['nothing', 400, ''],
  ['half a message', 400, good.slice(0, 300)],
  ['JSON', 400, '{"SyncML":{}}'],
  ['WBXML', 400, Buffer.from('0301006a00', 'hex')],
  ['octets that are no UTF-8', 400, Buffer.concat([Buffer.from(good), Buffer.of(0xff)])],
  ['a billion laughs', 400, good.replace('<SyncML', `${bomb}<SyncML`).replace('1201', '&a20;')],
  ['an entity of a file', 400, `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>${good}`],
  ['another namespace', 400, good.replace('SYNCML:SYNCML1.2', 'SYNCML:SYNCML9')],
  ['a message that is too large', 413, Buffer.alloc(largestMessage + 1, 0x20)],
  ['a thousand levels', 400, good.replace('<Final/>', '<Atomic>'.repeat(1_000))],
  ['a hundred thousand elements', 400, good.replace('<Final/>', '<a/>'.repeat(100_000))],
  ['a command without an id', 400, good.replace('<CmdID>a1201</CmdID>', '')],
  ['a status of nothing', 400, good.replace('<Final/>', '<Status><Data>200</Data></Status>')],
  ['a NUL', 400, good.replace('1201', '12\u000001')],
])('%s is refused with %i', async (_, code, body) => {
  await expectRefused(code, body);
});

test('a signature that is none, one of something else, and a header of a proxy that is none', async () => {
  const { identity } = pc;
  const signed = (over: string) =>
    signMessage(identity, Buffer.from(over), { digest: 'sha256', isDetached: true }, server.now()).toString(
      'base64',
    );
  for (const header of ['mdm-signature', 'ms-signature']) {
    await expectRefused(400, good, { headers: { [header]: '%' } });
    await expectRefused(400, good, { headers: { [header]: 'AAAA' } });
    await expectRefused(400, good, { headers: { [header]: signed(`${good} `) } });
  }
  await expectRefused(400, good, { headers: { [certificateHeader]: ':AA' } });
});

test('WBXML, and organizations that are not there', async () => {
  const wbxml = 'application/vnd.syncml.dm+wbxml';
  await expectRefused(415, good, { headers: { 'content-type': wbxml } });
  await expectRefused(404, good, { url: `/ManagementServer/${'0'.repeat(24)}/MDM.svc` });
  await expectRefused(404, good, { url: '/ManagementServer/nobody/MDM.svc' });
  const answer = await server.send({ url: pc.url });
  expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST']);
});

test('a message that is signed is of whoever has the key', async () => {
  const own = await testPc(server, server.tenant);
  const stranger = selfSigned(own.identity.key, own.publicKey);
  const text = Buffer.from(package1);
  const send = async (identity: typeof own.identity, header: string) => {
    const signature = signMessage(identity, text, { digest: 'sha256', isDetached: true }, server.now());
    return post(server, own.url, text, { [header]: signature.toString('base64') });
  };
  for (const header of ['mdm-signature', 'ms-signature']) {
    expect((await send(own.identity, header)).statuses[0]).toBe('SyncHdr: 200');
    expect((await send(stranger, header)).statuses[0]).toBe('SyncHdr: 407');
  }
});

test('a certificate of nobody here does not hide another that shows who sends', async () => {
  const own = await testPc(server, server.tenant);
  const other = await testPc(server, await server.addTenant('elsewhere'));
  const signature = signMessage(
    own.identity,
    Buffer.from(good),
    { digest: 'sha256', isDetached: true },
    server.now(),
  );
  const answer = await post(server, own.url, good, {
    ...other.certificate,
    'ms-signature': signature.toString('base64'),
  });
  expect(answer.statuses[0]).toBe('SyncHdr: 200');
});

test.each<[string, number, () => string]>([
  ['a message of no session', 400, () => messageOf({ msgId: 7 })],
  ['a session that is not there', 400, () => messageOf({ sessionId: '99', msgId: 2 })],
  ['another protocol', 513, () => good.replace('DM/1.2', 'DS/1.2')],
])('%s is answered with %i to each of its parts, and changes nothing', async (_, code, body) => {
  const before = await storedRows(server);
  const answer = await post(server, pc.url, body(), pc.certificate);
  expect([answer.status, answer.statuses]).toEqual([200, [`SyncHdr: ${code}`, `Alert: ${code}`]]);
  expect(await storedRows(server)).toEqual(before);
});

test('a message with thousands of parts is answered, and makes no long row', async () => {
  const own = await testPc(server, server.tenant);
  const statuses = Array.from({ length: 900 }, (_, index) => status(`nobody-${index}`, 200)).join('');
  const alerts = Array.from({ length: 900 }, (_, index) => alert(1224, `x${index}`, 'y')).join('');
  const answer = await own.send({ parts: statuses + alerts, isFinal: false });
  expect(answer.status).toBe(200);
  expect(answer.statuses).toHaveLength(901);
  const { devices_dm_account: accounts } = await storedRows(server);
  const row = accounts!.split('\n').find((text) => text.includes(own.deviceId))!;
  expect(row.length).toBeLessThan(60_000);
  expect((await own.send({ msgId: 2, parts: headerDone })).statuses).toEqual(['SyncHdr: 200']);
});
