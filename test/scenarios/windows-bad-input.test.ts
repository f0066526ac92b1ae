import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  digestOf,
  writeMessage,
  type ClientCommand,
  type ClientMessage,
  type SimulatedWindowsDevice,
} from '../simulated-devices/windows/index.ts';
import { testServer, type TestServer } from '../support/server.ts';
import { storedRows } from '../support/stored-rows.ts';
import { enrollBy, windowsDevice, windowsEnrollment } from '../support/windows-fleet.ts';
import { settle, windowsScenario, type WindowsScenario } from '../support/windows-scenario.ts';

const minutes = 60_000;
const day = 24 * 60 * minutes;

let server: TestServer;
let org: WindowsScenario;
/** A PC that nobody harms. */
let ada: SimulatedWindowsDevice;
let bob: SimulatedWindowsDevice;

beforeAll(async () => {
  server = await testServer({ certificateHeader: 'client-cert' });
  org = await windowsScenario(server, 'windows-bad-input');
  ada = await org.enrolled();
  bob = await org.enrolled();
});
afterAll(() => server[Symbol.asyncDispose]());

const accountOf = ({ state }: SimulatedWindowsDevice) => state.enrollment!.account;
const packageOne: readonly ClientCommand[] = [
  { kind: 'Alert', code: 1201 },
  { kind: 'Alert', code: 1224, item: { type: 'com.microsoft/MDM/LoginStatus', data: 'user' } },
];

interface Sent extends Partial<ClientMessage> {
  readonly pc?: SimulatedWindowsDevice;
  /** Proves it, right or wrong; none by default. */
  readonly digest?: string;
  readonly name?: string;
}

let sessions = 100;

function message({ pc = ada, digest, name, ...rest }: Sent = {}): Buffer {
  const credential =
    digest === undefined
      ? undefined
      : ({ name: name ?? accountOf(pc).name, kind: 'digest', data: digest } as const);
  return writeMessage({
    sessionId: String(++sessions),
    msgId: 1,
    msgRef: 0,
    target: pc.state.enrollment!.managementUrl,
    source: pc.hardware.deviceId,
    credential,
    maxMsgSize: undefined,
    maxObjSize: undefined,
    firstId: 2,
    commands: packageOne,
    ...rest,
  });
}

const right = (pc: SimulatedWindowsDevice) => digestOf(accountOf(pc), pc.state.nonce);

async function post(
  payload: Buffer | string,
  { hex = org.own.tenant.hexId, headers = {} }: { hex?: string; headers?: Record<string, string> } = {},
) {
  const answer = await server.app.server.inject({
    method: 'POST',
    url: `/ManagementServer/${hex}/MDM.svc?mode=Maintenance`,
    headers: { 'content-type': 'application/vnd.syncml.dm+xml', ...headers },
    payload,
  });
  const [, header] = /<CmdRef>0<\/CmdRef><Cmd>SyncHdr<\/Cmd>.*?<Data>(\d+)<\/Data>/.exec(answer.body) ?? [];
  return {
    status: answer.statusCode,
    header: header && Number(header),
    text: answer.body,
    headers: answer.headers,
  };
}

/** Sends what must be refused: it is, as said, is logged as no bug, and changes nothing. */
async function expectRefused(
  expected: { readonly status: number; readonly header?: number },
  send: () => Promise<{ readonly status: number; readonly header?: number | '' | undefined }>,
): Promise<void> {
  const before = await storedRows(server);
  const logged = server.logged().length;
  expect(await send()).toMatchObject(expected);
  const lines = server.logged().slice(logged).split('\n');
  const levels = lines
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { level: number }).level);
  expect(levels.filter((level) => level >= 50)).toEqual([]);
  expect(await storedRows(server)).toEqual(before);
}

const laughs = `<?xml version="1.0"?><!DOCTYPE SyncML [<!ENTITY a "ha">${Array.from(
  { length: 20 },
  (_, index) => `<!ENTITY a${index} "${index === 0 ? '&a;' : `&a${index - 1};`.repeat(10)}">`,
).join('')}]><SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><SessionID>&a19;</SessionID></SyncHdr></SyncML>`;

describe('a session is not begun by', () => {
  const good = () => message({ digest: right(ada) });
  const replaced = (from: string | RegExp, to: string) => Buffer.from(good().toString().replace(from, to));
  test.each<[string, number, () => Buffer | string]>([
    ['nothing', 400, () => ''],
    ['half a message', 400, () => good().subarray(0, good().length / 2)],
    ['another format', 400, () => '{"SyncML": {}}'],
    ['more than it may have', 413, () => Buffer.alloc(16 * 1024 * 1024 + 1, 0x20)],
    ['a billion laughs', 400, () => laughs],
    ['a thousand levels', 400, () => `<SyncML xmlns="SYNCML:SYNCML1.2">${'<Atomic>'.repeat(1_000)}`],
    ['another namespace', 400, () => replaced('SYNCML:SYNCML1.2', 'SYNCML:SYNCML9')],
    ['no namespace', 400, () => replaced(' xmlns="SYNCML:SYNCML1.2"', '')],
    ['no header', 400, () => replaced(/<SyncHdr>.*<\/SyncHdr>/, '')],
    ['no body', 400, () => replaced(/<SyncBody>.*<\/SyncBody>/, '')],
    ['a message id that is no number', 400, () => replaced('<MsgID>1<', '<MsgID>one<')],
    ['no session id', 400, () => replaced(/<SessionID>\d+<\/SessionID>/, '')],
    ['a command without an id', 400, () => replaced('<CmdID>2</CmdID>', '')],
    ['a bell', 400, () => replaced('1201', '\u0007')],
    ['bytes that are no text', 400, () => Buffer.concat([good(), Buffer.of(0xff)])],
  ])('%s: %i', async (_, status, body) => {
    await expectRefused({ status }, () => post(body()));
  });

  test('another protocol', async () => {
    await expectRefused({ status: 200, header: 513 }, () => post(replaced('DM/1.2', 'DM/2.0')));
  });

  test('binary XML', async () => {
    const headers = { 'content-type': 'application/vnd.syncml.dm+wbxml' };
    await expectRefused({ status: 415 }, () => post(good(), { headers }));
  });

  test('an organization that is not there', async () => {
    await expectRefused({ status: 404 }, () => post(good(), { hex: '0'.repeat(24) }));
    await expectRefused({ status: 404 }, () => post(good(), { hex: 'nobody' }));
  });

  test('an organization that is another', async () => {
    const other = await server.addTenant('windows-bad-input-other');
    await expectRefused({ status: 200, header: 401 }, () => post(good(), { hex: other.hexId }));
  });
});

describe('nobody is believed', () => {
  test('who shows nothing, and is asked for a digest', async () => {
    await expectRefused({ status: 200, header: 407 }, () => post(message()));
    const { text } = await post(message());
    expect(text).toContain('syncml:auth-md5');
    expect(text).not.toMatch(/<(Get|Replace|Add|Exec|Delete|Atomic)>/);
  });

  test.each<[string, () => string]>([
    ['of another secret', () => digestOf({ ...accountOf(ada), secret: 'guessed' }, ada.state.nonce)],
    ['of another nonce', () => digestOf(accountOf(ada), Buffer.alloc(16))],
    ['of another PC', () => right(bob)],
    ['that is empty', () => ''],
    ['that is no Base64', () => '%%%'],
    ['that is the secret itself', () => Buffer.from(accountOf(ada).secret).toString('base64')],
  ])('by a digest %s', async (_, digest) => {
    await expectRefused({ status: 200, header: 401 }, () => post(message({ digest: digest() })));
  });

  test('who names somebody else, by his own digest', async () => {
    const digest = right(bob);
    await expectRefused({ status: 200, header: 401 }, () =>
      post(message({ digest, name: accountOf(ada).name, source: bob.hardware.deviceId })),
    );
  });

  test('whom nobody knows; he is asked as others are', async () => {
    const source = 'F'.repeat(32);
    const nonceIn = (text: string) => /<NextNonce[^>]*>([^<]+)/.exec(text)![1];
    const first = await post(message({ source }));
    const second = await post(message({ source }));
    expect(first.header).toBe(407);
    expect(nonceIn(first.text)).toBe(nonceIn(second.text));
    expect(Buffer.from(nonceIn(first.text)!, 'base64')).toHaveLength(ada.state.nonce.length);
    await expectRefused({ status: 200, header: 401 }, () =>
      post(message({ source, digest: right(ada), name: 'nobody' })),
    );
  });

  test('by a nonce that was used', async () => {
    const pc = await org.enrolled();
    const used = pc.state.nonce;
    await pc.sync();
    const digest = digestOf(accountOf(pc), used);
    await expectRefused({ status: 200, header: 401 }, () => post(message({ pc, digest })));
    expect(await pc.sync()).toMatchObject({ received: [] });
  });

  test('by a certificate that is none, or of nobody', async () => {
    for (const value of ['x', ':AAAA:', '%%%']) {
      const before = await storedRows(server);
      const answer = await post(message(), { headers: { 'client-cert': value } });
      expect([400, 407, 401]).toContain(answer.header ?? answer.status);
      expect(await storedRows(server)).toEqual(before);
    }
  });

  test('who says that he is another PC gets what is of his own certificate', async () => {
    const proxied = { certificate: { kind: 'proxyHeader', header: 'client-cert', form: 'rfc9440' } } as const;
    const carol = await org.enrolled(proxied);
    const policy = await org.policy('of Ada', {
      './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera': '0',
    });
    await org.assign(ada, [policy, 1]);
    const { raw } = carol.state.identity!.certificate;
    const headers = { 'client-cert': `:${raw.toString('base64')}:` };
    const { text, header } = await post(message({ pc: carol, source: ada.hardware.deviceId }), { headers });
    expect(header).toBe(200);
    expect(text).not.toContain('AllowCamera');
    await org.assign(ada);
    await settle(ada);
  });
});

describe('within a session', () => {
  test('a message that is not the next is refused', async () => {
    const pc = await org.enrolled({
      certificate: { kind: 'proxyHeader', header: 'client-cert', form: 'rfc9440' },
    });
    const { raw } = pc.state.identity!.certificate;
    const headers = { 'client-cert': `:${raw.toString('base64')}:` };
    await post(message({ pc, sessionId: '7', msgId: 1 }), { headers });
    await expectRefused({ status: 200, header: 400 }, () =>
      post(message({ pc, sessionId: '7', msgId: 5, commands: [] }), { headers }),
    );
    await expectRefused({ status: 200, header: 400 }, () =>
      post(message({ pc, sessionId: '8', msgId: 2, commands: [] }), { headers }),
    );
    server.advance(30 * minutes);
    await expectRefused({ status: 200, header: 400 }, () =>
      post(message({ pc, sessionId: '7', msgId: 2, commands: [] }), { headers }),
    );
  });

  test('a message that comes again is answered again, and done once', async () => {
    const pc = await org.enrolled();
    const { text } = await post(message({ pc, digest: right(pc), sessionId: '9', commands: packageOne }));
    const [, nonce] = /<NextNonce[^>]*>([^<]+)/.exec(text)!;
    pc.state.nonce = Buffer.from(nonce!, 'base64');
    const before = await storedRows(server);
    const body = message({ pc, digest: right(pc), sessionId: '10' });
    await post(body);
    const once = await storedRows(server);
    // Its digest is spent, and shows nobody any more.
    expect(await post(body)).toMatchObject({ header: 401 });
    expect(await storedRows(server)).toEqual(once);
    expect(Object.keys(once)).toEqual(Object.keys(before));
  });

  test('an answer to what nobody asked, or somebody else was asked, is about nothing', async () => {
    const pc = await org.enrolled({
      certificate: { kind: 'proxyHeader', header: 'client-cert', form: 'rfc9440' },
    });
    const { raw } = pc.state.identity!.certificate;
    const headers = { 'client-cert': `:${raw.toString('base64')}:` };
    const policy = await org.policy('of Bob', {
      './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera': '0',
    });
    await org.assign(bob, [policy, 1]);
    const told = await bob.sync();
    const [command] = told.received;
    const sessionId = String(++sessions);
    await post(message({ pc, sessionId }), { headers });
    const rows = async () => {
      const { devices_dm_account: _, ...rest } = await storedRows(server);
      return rest;
    };
    const before = await rows();
    for (const [index, cmdRef] of [command?.id ?? 'd1', 'unknown', 'x'.repeat(500), '\u{1f600}'].entries()) {
      const commands = [
        { kind: 'Status', cmdRef, cmd: 'Replace', status: 500, originalError: '0x80004005' },
        { kind: 'Results', cmdRef, items: [{ uri: './DevDetail/SwV', format: 'chr', data: 'lie' }] },
      ] as const;
      const answer = await post(message({ pc, sessionId, msgId: index + 2, commands }), { headers });
      expect(answer).toMatchObject({ status: 200, header: 200 });
    }
    expect(await rows()).toEqual(before);
  });

  test('an alert that nobody knows is told to people once', async () => {
    const pc = await org.enrolled();
    pc.state.alerts.push({ type: 'com.example:unheard', format: 'chr', data: 'x' });
    await settle(pc);
    const { id } = await org.deviceOf(pc);
    const timeline = async () => JSON.stringify(await org.native('GET', `/devices/${id}/timeline`));
    expect(await timeline()).toContain('com.example:unheard');
    const told = (await timeline()).split('com.example:unheard').length;
    pc.state.alerts.push({ type: 'com.example:unheard', format: 'chr', data: 'x' });
    await settle(pc);
    expect((await timeline()).split('com.example:unheard')).toHaveLength(told);
  });
});

describe('an enrolment', () => {
  const enrolling = async (code: string) => {
    const pc = windowsDevice(server);
    const { discoveryUrl, username } = await windowsEnrollment(server, org.own.tenant);
    const before = await storedRows(server);
    const refused = await enrollBy(pc, { discoveryUrl, username, code }).catch((error: unknown) => error);
    expect(await storedRows(server)).toEqual(before);
    return refused;
  };

  test.each(['', 'wrong', 'x'.repeat(5_000)])('with the code %j is refused', async (code) => {
    expect(await enrolling(code)).toMatchObject({ code: '80180002' });
  });

  test('with a code that is for Apple devices is refused', async () => {
    const answer = await org.native('POST', '/enrollments', { platform: 'apple' }).catch(() => undefined);
    if (answer) expect(await enrolling(answer.url.split('/').at(-1))).toMatchObject({ code: '80180002' });
  });

  test('with a code that is spent is refused', async () => {
    const enrollment = await windowsEnrollment(server, org.own.tenant, { maxUses: 1 });
    await enrollBy(windowsDevice(server), enrollment);
    expect(await enrolling(enrollment.code)).toMatchObject({ code: '80180013' });
  });

  test('with a code that has ended is refused', async () => {
    const expiresAt = new Date(server.now().getTime() + day).toISOString();
    const enrollment = await windowsEnrollment(server, org.own.tenant, { expiresAt });
    server.advance(2 * day);
    expect(await enrolling(enrollment.code)).toMatchObject({
      code: expect.stringMatching(/^801800(02|03)$/),
    });
  });

  test.each<[string, string]>([
    ['half an envelope', '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>'],
    ['a billion laughs', laughs],
    ['another namespace', '<Envelope xmlns="urn:x"><Header/><Body/></Envelope>'],
    ['nothing', ''],
    ['a thousand levels', '<a>'.repeat(1_000)],
  ])('by %s is refused with a fault', async (_, payload) => {
    for (const service of ['Discovery', 'Policy', 'Enrollment']) {
      const before = await storedRows(server);
      const answer = await server.app.server.inject({
        method: 'POST',
        url: `/EnrollmentServer/${service}.svc`,
        headers: { 'content-type': 'application/soap+xml; charset=utf-8' },
        payload,
      });
      expect(answer.statusCode).toBe(500);
      expect(answer.body).toContain('s:MessageFormat');
      expect(answer.headers['content-length']).toBe(String(answer.rawPayload.length));
      expect(await storedRows(server)).toEqual(before);
    }
  });
});
