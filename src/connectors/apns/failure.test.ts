import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, expect, test, vi } from 'vitest';
import { localApns } from '../../../test/support/apns/local-apns.ts';
import { pushCredentials } from '../../../test/support/apns/push-credentials.ts';
import { serverCertificate } from '../../../test/support/apns/server-certificate.ts';
import { makeApplePushCa } from '../../../test/support/apple-push-ca.ts';
import { startProcess } from '../../../test/support/process.ts';
import { Secret } from '../../kernel/secret.ts';
import { exchange } from './exchange.ts';
import { outcomeOfFailure } from './failure.ts';
import { apnsConnector } from './index.ts';
import { wakePush } from './push.ts';

/** Networks, servers and certificates with which no push can be sent. */

const clock = () => new Date('2026-06-01T12:00:00Z');
const expiration = new Date('2026-06-08T12:00:00Z');
const topic = 'com.apple.mgmt.External.7a0c6f52';
const authority = makeApplePushCa();
const credentials = pushCredentials(authority, topic);
const targets = [1, 2, 3].map((byte) => ({ token: Buffer.alloc(32, byte), pushMagic: 'magic' }));
const serverTls = serverCertificate();

const opened: (() => PromiseLike<unknown>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of opened.splice(0).toReversed()) await close();
});

/** What three wakes come to, which must be one and the same. */
async function outcomeAt(url: string, options: { ca?: string; credentials?: typeof credentials } = {}) {
  const connector = apnsConnector({ url, clock, ca: options.ca ?? serverTls.ca, ...options });
  opened.push(() => connector.close());
  const outcomes = await connector.wake(options.credentials ?? credentials, targets, expiration);
  expect(outcomes).toEqual(Array(3).fill(outcomes[0]));
  return outcomes[0]!;
}

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

async function startApns(pushAuthority = authority.certificatePem) {
  const apns = await localApns({ clock, pushAuthority });
  opened.push(() => apns[Symbol.asyncDispose]());
  return apns;
}

test('nobody listens', async () => {
  const server = createServer();
  const url = await listen(server);
  server.close();
  await once(server, 'close');
  opened.length = 0;
  const outcome = await outcomeAt(url);
  expect(outcome).toMatchObject({ kind: 'later', reason: 'ECONNREFUSED' });
  expect(outcome).toMatchObject({ message: expect.stringContaining(new URL(url).host) });
});

test.each([
  ['connection', () => createServer()],
  ['secureConnection', () => createTlsServer({ ...serverTls, ALPNProtocols: ['h2'] })],
])('a server that is silent after the %s', async (begun, newServer) => {
  const server = newServer();
  const url = await listen(server);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const outcome = outcomeAt(url);
  await once(server, begun);
  vi.advanceTimersByTime(15_000);
  expect(await outcome).toMatchObject({ kind: 'later', reason: 'Timeout' });
});

test('a server that says goodbye and does not close its side', async () => {
  const sockets = new Set<Socket>();
  const server = createTlsServer({ ...serverTls, ALPNProtocols: ['h2'], allowHalfOpen: true }, (socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
    socket.resume();
    socket.write(Buffer.concat([frame(4, Buffer.alloc(0)), frame(7, Buffer.alloc(8))]));
  });
  const url = await listen(server);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  expect(await outcomeAt(url)).toMatchObject({ kind: 'later' });
  expect(sockets.size).toBe(2);
  vi.advanceTimersByTime(30_000);
  // That nobody is there any more shows when one writes.
  const write = () => [...sockets].map((socket) => socket.write('.')).length;
  await expect.poll(write).toBe(0);
});

/** A frame of HTTP/2 on stream 0, without flags (RFC 9113, 4.1). */
function frame(type: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0, 0, payload.length, type, 0, 0, 0, 0, 0]), payload]);
}

test.each([
  ['HTTP/1.1', {}],
  ['nonsense', { ALPNProtocols: ['h2'] }],
])('a server that speaks %s', async (_what, options) => {
  const server = createTlsServer({ ...serverTls, ...options }, (socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
  });
  expect(await outcomeAt(await listen(server))).toMatchObject({ kind: 'later' });
});

test("a server whose certificate's authority is not trusted", async () => {
  const apns = await startApns();
  expect(await outcomeAt(apns.url, { ca: serverTls.ca })).toMatchObject({
    kind: 'later',
    reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
  });
  expect(apns.requests).toEqual([]);
});

test('a server whose certificate is for another host', async () => {
  const { ca, ...certificate } = serverCertificate(['apns.example.com']);
  const url = await listen(createTlsServer({ ...certificate, ALPNProtocols: ['h2'] }));
  expect(await outcomeAt(url, { ca })).toMatchObject({
    kind: 'later',
    reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
    message: expect.stringContaining('is not trusted'),
  });
});

test('a server that ends the connection because it does not know the push certificate', async () => {
  const apns = await startApns(makeApplePushCa().certificatePem);
  expect(await outcomeAt(apns.url, { ca: apns.ca })).toMatchObject({ kind: 'later' });
  expect(apns.turnedAway).toEqual(['The client has a certificate of an unknown authority.']);
});

test.each(['-tls1_2', '-tls1_3'])(
  'a server that refuses the push certificate in the TLS handshake (%s)',
  async (version) => {
    const url = await startOpenSslServer([version, '-Verify', '1', '-verify_return_error']);
    expect(await outcomeAt(url)).toMatchObject({
      kind: 'refused',
      reason: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      message: expect.stringContaining('identity.apple.com/pushcert'),
    });
  },
);

/** Its port is the first one that is free; what it trusts is only its own authority. */
async function startOpenSslServer(options: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-apns-'));
  const files = Object.entries(serverTls).map(([name, pem]) => writeFile(join(folder, name), pem));
  await Promise.all(files);
  const child: ChildProcess = spawn(
    'openssl',
    [
      's_server',
      '-accept',
      '127.0.0.1:0',
      '-cert',
      'cert',
      '-key',
      'key',
      '-CAfile',
      'ca',
      '-alpn',
      'h2',
      ...options,
    ],
    { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  const ended = once(child, 'exit');
  opened.push(async () => {
    child.kill();
    await ended;
    await rm(folder, { recursive: true });
  });
  let output = '';
  for await (const chunk of child.stdout!) {
    output += String(chunk);
    const port = /^ACCEPT \S+:(\d+)$/m.exec(output)?.[1];
    if (port) return `https://localhost:${port}`;
  }
  throw new Error(`openssl s_server did not start: ${output}`);
}

test.each([
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'refused'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', 'refused'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'refused'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'refused'],
  ['ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', 'refused'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'refused'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'refused'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'later'],
  ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'later'],
  ['CERT_HAS_EXPIRED', 'later'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'later'],
  ['ECONNRESET', 'later'],
])('%s means %s', (code, kind) => {
  const outcome = outcomeOfFailure(Object.assign(new Error(), { code }), new URL('https://localhost'));
  expect(outcome).toMatchObject({ kind, reason: code });
});

test('errors without a code are told too', () => {
  for (const error of [undefined, null, 'x', new Error(), { code: 7 }]) {
    expect(outcomeOfFailure(error, new URL('https://localhost'))).toMatchObject({
      kind: 'later',
      reason: 'ConnectionFailed',
    });
  }
});

const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

test.each([
  ['a key of another certificate', { privateKeyPem: new Secret(pemOf(otherKey)) }],
  ['a broken key', { privateKeyPem: new Secret('-----BEGIN PRIVATE KEY-----') }],
  ['a broken certificate', { certificatePem: 'certificate' }],
])('credentials with %s, and right ones afterwards', async (_what, wrong) => {
  const apns = await startApns();
  for (const { token } of targets) apns.device(token.toString('hex'), topic);
  const connector = apnsConnector({ url: apns.url, ca: apns.ca, clock });
  opened.push(() => connector.close());
  expect(await connector.wake({ ...credentials, ...wrong }, targets, expiration)).toEqual(
    Array(3).fill(expect.objectContaining({ kind: 'refused', reason: 'UnusableCertificate' })),
  );
  const outcomes = await connector.wake(credentials, targets, expiration);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['sent', 'sent', 'sent']);
});

function pemOf(key: typeof otherKey): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

test('a session that ended just before a push tells so, not at once', async () => {
  const apns = await startApns();
  const session = connect(apns.url, { ca: apns.ca });
  session.on('error', () => {});
  session.destroy();
  const push = wakePush(topic, targets[0]!, expiration);
  const onEnd = vi.fn<Parameters<typeof exchange>[2]>();
  exchange(session, push, onEnd);
  expect(onEnd).not.toHaveBeenCalled();
  await expect
    .poll(() => onEnd.mock.calls)
    .toMatchObject([[{ failure: { code: 'ERR_HTTP2_INVALID_SESSION' } }]]);
});

test('a process ends by itself after its connector is closed', async () => {
  const apns = await startApns();
  for (const { token } of targets) apns.device(token.toString('hex'), topic);
  const program = `
    const { apnsConnector } = await import('./src/connectors/apns/index.ts');
    const { Secret } = await import('./src/kernel/secret.ts');
    const { url, ca, topic, certificatePem, key } = JSON.parse(process.env.SETUP);
    const connector = apnsConnector({ url, ca, clock: () => new Date() });
    const credentials = { topic, certificatePem, privateKeyPem: new Secret(key) };
    const target = { token: Buffer.alloc(32, 1), pushMagic: 'magic' };
    const [{ kind }] = await connector.wake(credentials, [target], new Date(Date.now() + 1000));
    await connector.close();
    console.log(kind);`;
  const child = startProcess(process.execPath, ['--input-type=module', '-e', program], {
    cwd: resolve(import.meta.dirname, '../../..'),
    environment: {
      SETUP: JSON.stringify({
        url: apns.url,
        ca: apns.ca,
        topic,
        certificatePem: credentials.certificatePem,
        key: credentials.privateKeyPem.reveal(),
      }),
    },
  });
  const { code, output } = await child.ended;
  expect(output).toContain('sent');
  expect(code).toBe(0);
});
