import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filesCertificate } from './files-certificate.ts';
import { serverCertificate } from './server-certificate.ts';

let folder: string;
let certPath: string;
let keyPath: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-tls-'));
  await serverCertificate({ folder, hosts: [], now: new Date('2026-03-01T13:00:00Z') });
  certPath = join(folder, 'server.pem');
  keyPath = join(folder, 'server.key');
});
afterAll(() => rm(folder, { recursive: true }));

async function textFile(text: string): Promise<string> {
  const path = join(folder, `${crypto.randomUUID()}.pem`);
  await writeFile(path, text);
  return path;
}

test('a certificate and its key are read, and when it expires is told', async () => {
  expect(await filesCertificate(certPath, keyPath)).toEqual({
    cert: expect.stringMatching(/^-----BEGIN CERTIFICATE-----/),
    key: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----/),
    expiresAt: new Date('2027-04-02T11:59:59Z'),
  });
});

test('what is wrong is told by file', async () => {
  const missing = join(folder, 'missing.pem');
  const junk = await textFile('junk');
  const empty = await textFile('');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const otherKey = await textFile(String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
  const locked = await textFile(
    String(privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })),
  );
  const cases: [cert: string, key: string, path: string, message: RegExp][] = [
    [missing, keyPath, missing, /does not exist/],
    [certPath, missing, missing, /does not exist/],
    [folder, keyPath, folder, /cannot be read/],
    [junk, keyPath, junk, /PEM certificate/],
    [empty, keyPath, empty, /PEM certificate/],
    [keyPath, keyPath, keyPath, /PEM certificate/],
    [certPath, junk, junk, /PEM private key/],
    [certPath, certPath, certPath, /PEM private key/],
    [certPath, locked, locked, /without a passphrase/],
    [certPath, otherKey, otherKey, /is not the key of the certificate in .*server\.pem/],
  ];
  for (const [cert, key, path, message] of cases) {
    await expect(filesCertificate(cert, key), `${cert} ${key}`).rejects.toMatchObject({
      code: 'invalidInput',
      violations: [{ path, message: expect.stringMatching(message) }],
    });
  }
});
