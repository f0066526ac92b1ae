import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { storedRows } from '../../../../test/support/stored-rows.ts';
import { revokeCertificate } from '../../../devices/certificate-authority/index.ts';
import { endAccount } from '../../../devices/dm-accounts/index.ts';
import { Secret } from '../../../kernel/secret.ts';
import { isDigestOf } from './credentials.ts';
import {
  alert,
  certificateHeader,
  devInfo,
  digest,
  headerDone,
  messageOf,
  post,
  status,
  testPc,
  told,
  type Sent,
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

const anonymous = (sent: Sent = {}) =>
  pc.send({ isAnonymous: true, parts: alert(1201) + devInfo('A'), ...sent });
const allOf = (code: number) => [`SyncHdr: ${code}`, `Alert: ${code}`, `Replace: ${code}`];

/** Sends what is not believed, and sees that it changes nothing. */
async function refused(code: number, sent: Sent) {
  const before = await storedRows(server);
  const answer = await anonymous(sent);
  expect(answer.status).toBe(200);
  expect(answer.statuses).toEqual(allOf(code));
  expect(answer.commands).toEqual([]);
  expect(await storedRows(server)).toEqual(before);
  return answer;
}

test('the digest of the reference', () => {
  const nonce = Buffer.from('ABEiM0RVZneImaq7zN3u/w==', 'base64');
  const known = { credential: new Secret('h4kmWIGeyElminD3vSV2TQ=='), nonce };
  const data = 'eMtmEtGR9Xp19Ou6qL3MBw==';
  expect(digest('pc-0001', 'example-secret', nonce)).toBe(data);
  expect(isDigestOf({ type: 'syncml:auth-md5', data }, known)).toBe(true);
  expect(isDigestOf({ type: 'syncml:auth-basic', data }, known)).toBe(false);
  expect(isDigestOf({ type: 'syncml:auth-md5', data }, { ...known, credential: undefined })).toBe(false);
  for (const wrong of ['', 'eMtmEtGR9Xp19Ou6qL3MBw=', 'eMtmEtGR9Xp19Ou6qL3MBg==', '%', 'AAAA']) {
    expect(isDigestOf({ type: 'syncml:auth-md5', data: wrong }, known)).toBe(false);
  }
});

test('a certificate is enough', async () => {
  const answer = await pc.send({ parts: alert(1201) + devInfo('A') });
  expect(answer.status).toBe(200);
  expect(answer.statuses).toEqual(allOf(200));
  expect(answer.headers['content-type']).toBe('application/vnd.syncml.dm+xml; charset=utf-8');
  expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(answer.text)));
});

test('who shows nothing is challenged, and goes on with a digest for the nonce', async () => {
  const challenged = await refused(407, {});
  expect(challenged.nonce).toEqual(pc.nonce);
  const welcome = await anonymous({ msgId: 2, name: pc.name, cred: pc.cred(challenged.nonce!) });
  expect(welcome.statuses).toEqual(['SyncHdr: 212', 'Alert: 200', 'Replace: 200']);
  expect(welcome.nonce).toHaveLength(16);
  expect(welcome.nonce).not.toEqual(pc.nonce);
});

test('the nonce of the enrolment is good for the first session, and each session gives the next', async () => {
  const first = await anonymous({ name: pc.name, cred: pc.cred(pc.nonce) });
  expect(first.statuses[0]).toBe('SyncHdr: 212');
  const replayed = await refused(401, { name: pc.name, cred: pc.cred(pc.nonce) });
  expect(replayed.nonce).toEqual(first.nonce);
  const second = await anonymous({ sessionId: '2', name: pc.name, cred: pc.cred(first.nonce!) });
  expect(second.statuses[0]).toBe('SyncHdr: 212');
  expect(second.nonce).not.toEqual(first.nonce);
});

test('a client whose Source says nothing is found by the name of its digest', async () => {
  const challenged = await refused(407, { source: 'imei:1' });
  const wrong = await refused(401, {
    source: 'imei:2',
    name: pc.name,
    cred: pc.cred(challenged.nonce!),
    msgId: 2,
  });
  const source = 'imei:3';
  const right = await anonymous({ source, name: pc.name, cred: pc.cred(wrong.nonce!), msgId: 3 });
  expect(right.statuses[0]).toBe('SyncHdr: 212');
});

test('what is wrong is answered alike, whoever it says it is', async () => {
  const wrong = await refused(401, { name: pc.name, cred: pc.cred(pc.nonce, 'guess') });
  expect(wrong.nonce).toEqual(pc.nonce);
  const nobody = { name: '0'.repeat(24), cred: pc.cred(pc.nonce) };
  const unknown = await refused(401, nobody);
  expect(unknown.nonce).toHaveLength(16);
  expect((await refused(401, nobody)).nonce).toEqual(unknown.nonce);
  const shape = (text: string) => text.replace(/(<NextNonce[^>]*>)[^<]+/, '$1');
  expect(shape(unknown.text)).toBe(shape(wrong.text));
  const strange = await refused(407, { source: 'nobody' });
  expect(strange.nonce).not.toEqual((await refused(407, { source: 'somebody' })).nonce);
});

test('no credential in clear is taken', async () => {
  const basic = Buffer.from(`${pc.name}:${pc.secret}`).toString('base64');
  const text = `<Cred><Meta><Type xmlns="syncml:metinf">syncml:auth-basic</Type></Meta><Data>${basic}</Data></Cred><Meta>`;
  const sent = { meta: '<MaxMsgSize xmlns="syncml:metinf">9</MaxMsgSize>', name: pc.name };
  const before = await storedRows(server);
  const answer = await post(server, pc.url, messageOf(sent).replace('<Meta>', text), {});
  expect(answer.statuses).toEqual(['SyncHdr: 401', 'Alert: 401']);
  expect(answer.nonce).toEqual(pc.nonce);
  expect(await storedRows(server)).toEqual(before);
});

test('the digest of another PC is not that of this one', async () => {
  const other = await testPc(server, server.tenant);
  await refused(401, { name: pc.name, cred: other.cred(pc.nonce) });
  await refused(401, { name: other.name, cred: pc.cred(other.nonce) });
});

test('a PC of another organization is nobody here', async () => {
  const tenant = await server.addTenant(`other-${Date.now()}`);
  const other = await testPc(server, tenant);
  expect((await refused(407, { headers: other.certificate })).nonce).not.toEqual(other.nonce);
  await refused(401, { name: other.name, cred: other.cred(other.nonce) });
});

test('a session that a digest opened goes on only with what was told in it', async () => {
  const id = await pc.order([{ verb: 'Get', locUri: './DevDetail/SwV' }]);
  const first = await anonymous({ name: pc.name, cred: pc.cred(pc.nonce) });
  const [command] = first.commands;
  expect(command!.id).toMatch(new RegExp(`^[A-Za-z0-9_-]{32}\\.${id}$`));
  const answered = (cmdRef: string) => headerDone + status(cmdRef, 404, 'Get');
  const guess = command!.id.replace(/.\./, (end) => (end === 'A.' ? 'B.' : 'A.'));
  for (const sent of [
    { parts: answered(id), msgId: 2 },
    { parts: answered(guess), msgId: 2 },
    { parts: answered(command!.id), msgId: 2, sessionId: '2' },
  ]) {
    const before = await storedRows(server);
    expect((await anonymous(sent)).statuses[0]).toBe('SyncHdr: 407');
    expect(await storedRows(server)).toEqual(before);
  }
  expect((await anonymous({ parts: answered(command!.id), msgId: 3 })).statuses).toEqual(['SyncHdr: 400']);
  const next = await anonymous({ parts: answered(command!.id), msgId: 2, source: 'imei:1' });
  expect(next.statuses).toEqual(['SyncHdr: 200']);
  server.advance(16 * 60_000);
  expect((await anonymous({ parts: answered(command!.id), msgId: 3 })).statuses).toEqual(['SyncHdr: 407']);
});

test('a PC that has to begin anew because the answer to its digest got lost is told the same again, and does it once', async () => {
  const id = await pc.order([{ verb: 'Exec', locUri: './Device/Vendor/MSFT/Reboot/RebootNow' }]);
  const lost = { name: pc.name, cred: pc.cred(pc.nonce) };
  const first = await anonymous(lost);
  const { nonce } = await refused(401, lost);
  const again = await anonymous({ ...lost, msgId: 2, cred: pc.cred(nonce!) });
  expect(again.statuses[0]).toBe('SyncHdr: 212');
  expect(told(again)).toEqual(told(first));
  const parts = headerDone + status(again.commands[0]!.id, 200, 'Exec');
  expect(told(await anonymous({ msgId: 3, parts }))).toEqual([]);
  expect(await pc.orders()).toMatchObject([{ id, state: 'acknowledged' }]);
});

test('a revoked certificate opens nothing, and neither does the digest of its PC', async () => {
  await server.change(server.tenant, (context) => revokeCertificate(context, pc.certificateSerial));
  await refused(407, { headers: pc.certificate });
  await refused(401, { headers: pc.certificate, name: pc.name, cred: pc.cred(pc.nonce) });
  await refused(401, { name: pc.name, cred: pc.cred(pc.nonce) });
});

test('an expired certificate does not count, the digest does', async () => {
  server.advance(366 * 86_400_000);
  await refused(407, { headers: pc.certificate });
  const answer = await anonymous({ headers: pc.certificate, name: pc.name, cred: pc.cred(pc.nonce) });
  expect(answer.statuses[0]).toBe('SyncHdr: 212');
});

test('a PC whose management has ended is told so, and not made again', async () => {
  await server.change(server.tenant, (context) => endAccount(context, pc.deviceId));
  await refused(403, { headers: pc.certificate });
  await refused(403, { name: pc.name, cred: pc.cred(pc.nonce) });
  await refused(401, { name: pc.name, cred: pc.cred(pc.nonce, 'guess') });
});

test('each refusal is logged once, without what was shown', async () => {
  let logged = server.logged().length;
  await anonymous();
  expect(server.logged().slice(logged)).not.toContain('refused');
  const cred = pc.cred(pc.nonce, 'guess');
  logged = server.logged().length;
  await anonymous({ name: pc.name, cred });
  const lines = server.logged().slice(logged);
  expect(lines.match(/device message refused/g)).toHaveLength(1);
  await server.change(server.tenant, (context) => revokeCertificate(context, pc.certificateSerial));
  logged = server.logged().length;
  await anonymous({ headers: pc.certificate });
  expect(server.logged().slice(logged)).toMatch(/certificate .* was revoked.*device message refused/);
  expect(lines).not.toContain(cred);
  expect(lines).not.toContain(pc.nonce.toString('base64'));
});
