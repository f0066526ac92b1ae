import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serverCertificate } from './server-certificate.ts';

const run = promisify(execFile);
const day = 86_400_000;
const now = new Date('2026-03-01T12:00:00Z');
const later = (days: number) => new Date(now.getTime() + days * day);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-tls-'));
});
afterEach(() => rm(folder, { recursive: true }));

const hosts = ['mdm.example.com'];
const get = (options: { at?: Date; hosts?: string[] } = {}) =>
  serverCertificate({ folder, hosts: options.hosts ?? hosts, now: options.at ?? now });
const file = (name: string) => readFile(join(folder, name), 'utf8');
const authority = async () => new X509Certificate(await file('ca.pem'));

test('the authority may sign servers alone, the server has its names and at most 397 days', async () => {
  const { cert, caPath } = await get();
  expect(caPath).toBe(join(folder, 'ca.pem'));
  const ca = await authority();
  const leaf = new X509Certificate(cert);
  expect(ca.ca).toBe(true);
  expect(ca.subject).toMatch(/^CN=Muster CA [0-9a-f]{8}$/);
  expect(ca.verify(ca.publicKey)).toBe(true);
  expect((ca.validToDate.getTime() - ca.validFromDate.getTime()) / day).toBe(3_650);
  expect(leaf.ca).toBe(false);
  expect(leaf.checkIssued(ca)).toBe(true);
  expect(leaf.verify(ca.publicKey)).toBe(true);
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(leaf.subjectAltName).toBe(
    'DNS:mdm.example.com, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
  );
  const days = (leaf.validToDate.getTime() + 1_000 - leaf.validFromDate.getTime()) / day;
  expect(days).toBe(397);
  expect(leaf.validFromDate < now).toBe(true);
});

test('keys are readable by their owner alone', async () => {
  await get();
  for (const name of ['ca.key', 'server.key']) {
    expect((await stat(join(folder, name))).mode & 0o777, name).toBe(0o600);
  }
});

test('a client that trusts ca.pem connects by every name, and by no other', async () => {
  const { cert, key } = await get({ at: new Date() });
  const server = createServer({ cert, key }, (_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ca = await file('ca.pem');
  const hello = (servername: string, trusted?: string) =>
    new Promise<string | undefined>((resolve) => {
      const headers = { host: servername };
      const sent = request(
        { host: '127.0.0.1', port, servername, headers, ca: trusted, agent: false },
        (response) => {
          response.resume();
          resolve('hello');
        },
      );
      sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      sent.end();
    });
  try {
    for (const name of ['mdm.example.com', 'localhost']) expect(await hello(name, ca), name).toBe('hello');
    expect(await hello('evil.example.com', ca)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await hello('localhost')).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    expect(new X509Certificate(cert).checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(new X509Certificate(cert).checkIP('::1')).toBe('::1');
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

test('OpenSSL takes the chain for a TLS server', async (context) => {
  await run('openssl', ['version']).catch(() => context.skip('openssl is not installed'));
  await get({ at: new Date() });
  const checks = '-x509_strict -purpose sslserver -verify_hostname mdm.example.com'.split(' ');
  const files = ['-CAfile', join(folder, 'ca.pem'), join(folder, 'server.pem')];
  const { stdout } = await run('openssl', ['verify', ...checks, ...files]);
  expect(stdout).toContain('OK');
});

test('the same certificate is used until 30 days before its end', async () => {
  const first = await get();
  expect(await get({ at: later(366) })).toEqual(first);
  const renewed = await get({ at: later(367) });
  expect(renewed.cert).not.toBe(first.cert);
  expect(renewed.key).not.toBe(first.key);
  expect(new X509Certificate(renewed.cert).verify((await authority()).publicKey)).toBe(true);
  expect(await get({ at: later(367) })).toEqual(renewed);
});

test('other hosts get another certificate of the same authority', async () => {
  const first = await get();
  const ca = await file('ca.pem');
  const more = await get({ hosts: ['mdm.example.com', '10.0.0.7', '[2001:DB8::7]', '0.0.0.0'] });
  expect(new X509Certificate(more.cert).subjectAltName).toBe(
    'DNS:mdm.example.com, IP Address:10.0.0.7, IP Address:2001:DB8:0:0:0:0:0:7, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
  );
  expect(more.cert).not.toBe(first.cert);
  expect(await get({ hosts: ['MDM.example.com', '10.0.0.7', '2001:db8:0::7', '::', 'localhost'] })).toEqual(
    more,
  );
  expect((await get({ hosts: ['localhost'] })).cert).not.toBe(more.cert);
  expect(await file('ca.pem')).toBe(ca);
});

test('what is no host is refused', async () => {
  for (const host of [
    '',
    'a b',
    '*.example.com',
    '-a.example.com',
    'a..b',
    'x'.repeat(64),
    'a\0b',
    'ä.example',
  ]) {
    await expect(get({ hosts: [host] }), host).rejects.toMatchObject({ code: 'invalidInput' });
  }
});

test('damaged or missing server files are made anew, the authority stays', async () => {
  const first = await get();
  const ca = await file('ca.pem');
  const other = await mkdtemp(join(tmpdir(), 'muster-tls-'));
  const foreign = await serverCertificate({ folder: other, hosts, now });
  await rm(other, { recursive: true });
  const damages: [string, () => Promise<unknown>][] = [
    ['no certificate', () => rm(join(folder, 'server.pem'))],
    ['no key', () => rm(join(folder, 'server.key'))],
    ['half a certificate', () => truncate(join(folder, 'server.pem'), 100)],
    ['an empty key', () => truncate(join(folder, 'server.key'), 0)],
    ['the key of another', () => writeFile(join(folder, 'server.key'), foreign.key)],
    [
      'the certificate of another authority',
      () =>
        Promise.all([
          writeFile(join(folder, 'server.key'), foreign.key),
          writeFile(join(folder, 'server.pem'), foreign.cert),
        ]),
    ],
  ];
  let before = first.cert;
  for (const [name, damage] of damages) {
    await damage();
    const { cert, key } = await get();
    expect(cert, name).not.toBe(before);
    expect(new X509Certificate(cert).verify(new X509Certificate(ca).publicKey), name).toBe(true);
    expect([await file('server.pem'), await file('server.key')], name).toEqual([cert, key]);
    expect(await file('ca.pem'), name).toBe(ca);
    before = cert;
  }
});

test('a damaged authority is never replaced silently', async () => {
  await get();
  const kept = { 'ca.pem': await file('ca.pem'), 'ca.key': await file('ca.key') };
  const serverKey = await file('server.key');
  const damages: ['ca.pem' | 'ca.key', string | undefined][] = [
    ['ca.key', undefined],
    ['ca.key', ''],
    ['ca.key', kept['ca.key'].slice(0, 100)],
    ['ca.key', serverKey],
    ['ca.pem', ''],
    ['ca.pem', kept['ca.pem'].slice(0, 200)],
  ];
  for (const [name, text] of damages) {
    const path = join(folder, name);
    await (text === undefined ? rm(path) : writeFile(path, text));
    await expect(get(), `${name} ${text}`).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`${path} is`),
    });
    await writeFile(path, kept[name]);
  }
  expect(await file('ca.pem')).toBe(kept['ca.pem']);
});

test('an authority whose certificate was deleted comes back with the same name and key', async () => {
  const { cert } = await get();
  const before = await authority();
  await rm(join(folder, 'ca.pem'));
  expect((await get({ at: later(1) })).cert).toBe(cert);
  const after = await authority();
  expect(after.subject).toBe(before.subject);
  expect(new X509Certificate(cert).checkIssued(after)).toBe(true);
  expect(new X509Certificate(cert).verify(after.publicKey)).toBe(true);
});

test('an expired authority is replaced, and no certificate outlives its authority', async () => {
  await get();
  const before = await authority();
  const last = new X509Certificate((await get({ at: later(3_600) })).cert);
  expect(last.validToDate).toEqual(before.validToDate);
  const { cert } = await get({ at: later(3_650) });
  const after = await authority();
  expect(after.subject).not.toBe(before.subject);
  expect(new X509Certificate(cert).verify(after.publicKey)).toBe(true);
});

test('a folder that cannot be used is told', async (context) => {
  if (process.getuid?.() === 0) context.skip('root may write everywhere');
  await chmod(folder, 0o500);
  await expect(get()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(folder),
  });
  await chmod(folder, 0o700);
});

test('a folder that is a file is told', async () => {
  const path = join(folder, 'file');
  await writeFile(path, '');
  await expect(serverCertificate({ folder: path, hosts, now })).rejects.toMatchObject({
    code: 'unavailable',
  });
});
