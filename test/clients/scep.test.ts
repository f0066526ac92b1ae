import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { certificateAuthority } from '../../src/devices/certificate-authority/index.ts';
import { createEnrollment, newEnrollmentCode } from '../../src/devices/enrollments/index.ts';
import { newChallenge } from '../../src/protocols/apple/scep/challenge.ts';
import { operatorScope } from '../../src/tenancy/index.ts';
import { readProfile, uploadPushCertificate } from '../support/apple-enrollment.ts';
import {
  certificateRequest,
  pkiMessage,
  readPkiReply,
  selfSigned,
} from '../simulated-devices/apple/index.ts';
import { testServer, type TestServer } from '../support/server.ts';

const isInstalled = (program: string) =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

let server: TestServer;
let url: string;
let authority: X509Certificate;
let folder: string;
beforeAll(async () => {
  server = await testServer();
  await server.app.server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.app.server.server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}/scep/default`;
  const { certificate } = await certificateAuthority({
    read: { db: server.database, scope: operatorScope(server.tenant.organization, 'test') },
    change: (work) => server.change(server.tenant, work),
  });
  authority = certificate;
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-scep-'));
  await writeFile(join(folder, 'ca.pem'), authority.toString());
});
afterEach(() => rm(folder, { recursive: true }));

async function newEnrollment() {
  const { id } = await server.change(server.tenant, (context) =>
    createEnrollment(context, { platform: 'apple', code: newEnrollmentCode(randomBytes), maxUses: 1 }),
  );
  return newChallenge(
    server.secrets,
    server.tenant.organization.id,
    { enrollmentId: id },
    server.now(),
  ).reveal();
}

const run = (program: string, ...options: string[]) =>
  promisify(execFile)(program, options, { cwd: folder, encoding: 'buffer', timeout: 20_000 });

async function issuedBy(path: string): Promise<X509Certificate> {
  const certificate = new X509Certificate(await readFile(join(folder, path)));
  expect(certificate.verify(authority.publicKey)).toBe(true);
  return certificate;
}

describe('OpenSSL', () => {
  beforeEach(({ skip }) => skip(!isInstalled('openssl'), 'openssl is not installed'));

  test('takes the certificate and the message that brings it', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const signer = selfSigned(privateKey, publicKey);
    const request = certificateRequest({ publicKey, privateKey }, await newEnrollment());
    const answer = await fetch(`${url}?operation=PKIOperation`, {
      method: 'POST',
      body: new Uint8Array(pkiMessage(request, authority, signer, { cipher: 'aes256' })),
    });
    const reply = Buffer.from(await answer.arrayBuffer());
    const { certificates } = readPkiReply(reply, authority, signer);
    await writeFile(join(folder, 'device.pem'), certificates[0]!.toString());
    await writeFile(join(folder, 'reply.der'), reply);
    await writeFile(join(folder, 'signer.pem'), signer.certificate.toString());
    await writeFile(join(folder, 'signer.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));

    const at = String(Math.floor(server.now().getTime() / 1_000));
    const verified = await run(
      'openssl',
      'verify',
      '-x509_strict',
      '-purpose',
      'sslclient',
      '-attime',
      at,
      '-CAfile',
      'ca.pem',
      'device.pem',
    );
    expect(verified.stdout.toString()).toBe('device.pem: OK\n');
    const message = [
      '-inform',
      'DER',
      '-in',
      'reply.der',
      '-CAfile',
      'ca.pem',
      '-purpose',
      'any',
      '-attime',
      at,
    ];
    await run('openssl', 'cms', '-verify', ...message, '-out', 'envelope.der');
    const opened = ['-inform', 'DER', '-in', 'envelope.der', '-recip', 'signer.pem', '-inkey', 'signer.key'];
    await run('openssl', 'cms', '-decrypt', ...opened, '-out', 'certificates.der');
    const listed = await run('openssl', 'pkcs7', '-inform', 'DER', '-in', 'certificates.der', '-print_certs');
    expect(listed.stdout.toString().match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  test('takes the signature of an enrolment profile', async () => {
    await uploadPushCertificate(server, server.tenant);
    const enrollment = await server.send({
      method: 'POST',
      url: '/api/v1/organizations/default/enrollments',
      body: { platform: 'apple' },
    });
    const { pathname } = new URL(enrollment.json.url);
    const { rawPayload } = await server.app.server.inject(pathname);
    await writeFile(join(folder, 'enroll.mobileconfig'), rawPayload);
    const at = String(Math.floor(server.now().getTime() / 1_000));
    const message = ['-inform', 'DER', '-in', 'enroll.mobileconfig', '-CAfile', 'ca.pem', '-purpose', 'any'];
    const { stdout } = await run('openssl', 'cms', '-verify', ...message, '-attime', at);
    expect(readProfile(stdout).payloads).toHaveLength(2);
  });
});

describe("Debian's scepclient", () => {
  beforeEach(({ skip }) => skip(!isInstalled('scepclient'), 'scepclient is not installed'));

  const enrol = (challenge: string) =>
    run(
      'scepclient',
      '-server-url',
      url,
      '-challenge',
      challenge,
      '-private-key',
      'key.pem',
      '-certificate',
      'device.pem',
    );

  test('enrols', async () => {
    await enrol(await newEnrollment());
    const certificate = await issuedBy('device.pem');
    const key = await readFile(join(folder, 'key.pem'), 'utf8');
    expect(key).toContain('PRIVATE KEY');
    expect(certificate.subject).toMatch(/^O=default\nCN=device /);
  });

  test('is refused with a wrong challenge', async () => {
    const told = await enrol('wrong').catch((error: { stdout: Buffer; stderr: Buffer }) =>
      Buffer.concat([error.stdout, error.stderr]).toString(),
    );
    expect(told).toMatch(/failInfo: badRequest/);
  });
});

describe("strongSwan's pki", () => {
  beforeEach(({ skip }) => skip(!isInstalled('pki'), 'pki is not installed'));

  const scep = async (...options: string[]) => {
    const common = [
      '--scep',
      '--url',
      url,
      '--cacert-enc',
      'ca.pem',
      '--cacert-sig',
      'ca.pem',
      '--cipher',
      'des3',
    ];
    return run('pki', ...common, ...options);
  };
  const newKey = async (name: string) =>
    writeFile(join(folder, name), (await run('pki', '--gen', '--type', 'rsa', '--size', '2048')).stdout);

  test('enrols, and renews', async () => {
    await newKey('key.der');
    const common = ['--dn', 'C=DE, CN=wished', '--outform', 'pem'];
    const enrolled = await scep('--in', 'key.der', '--password', await newEnrollment(), ...common);
    await writeFile(join(folder, 'device.pem'), enrolled.stdout);
    const first = await issuedBy('device.pem');

    await newKey('next.der');
    const renewed = await scep('--in', 'next.der', '--cert', 'device.pem', '--key', 'key.der', ...common);
    await writeFile(join(folder, 'renewed.pem'), renewed.stdout);
    expect((await issuedBy('renewed.pem')).serialNumber).not.toBe(first.serialNumber);
  });
});
