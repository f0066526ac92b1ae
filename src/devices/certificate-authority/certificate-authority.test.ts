import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync, type X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate, KeyUsage, KeyUsageFlags } from '@peculiar/asn1-x509';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { certificateRequest } from '../../../test/simulated-devices/apple/index.ts';
import { testServer, type Tenant, type TestServer } from '../../../test/support/server.ts';
import { Fault } from '../../kernel/fault.ts';
import { Secret } from '../../kernel/secret.ts';
import { listAuditEvents, operatorScope } from '../../tenancy/index.ts';
import { createEnrollment } from '../enrollments/index.ts';
import { authorityCertificate, certificateAuthority, findAuthority } from './authority.ts';
import { readCertificateRequest } from './certificate-request.ts';
import { findCertificateFor, issueCertificate, lockCertificate } from './issue-certificate.ts';
import { authorityBelowRoot } from './root.ts';
import { certificateTables } from './tables.ts';

const day = 86_400_000;
const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });

let server: TestServer;
let tenant: Tenant;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  tenant = await server.addTenant(`owner-${++count}`);
});
afterAll(() => server[Symbol.asyncDispose]());

const read = () => ({ db: server.database, scope: operatorScope(tenant.organization, 'test') });
const make = () => certificateAuthority({ read: read(), change: (work) => server.change(tenant, work) });

describe('an authority', () => {
  test('is made once, however many ask for it first, and stays', async () => {
    expect(await authorityCertificate(server.database, tenant.organization.id)).toBeUndefined();
    const made = await Promise.all([make(), make(), make()]);
    const fingerprints = new Set(made.map(({ certificate }) => certificate.fingerprint256));
    expect(fingerprints.size).toBe(1);
    server.advance(day);
    expect(fingerprints).toContain((await make()).certificate.fingerprint256);
    const events = await listAuditEvents(read(), { targetType: 'certificateAuthority', limit: 10 });
    expect(events).toMatchObject([{ action: 'certificateAuthority.create' }]);
    expect(JSON.stringify(events)).not.toContain('PRIVATE');
  });

  test('signs certificates and messages, and is encrypted to; its key is kept sealed for its organization', async () => {
    const { certificate, key } = await make();
    expect(certificate.checkPrivateKey(key)).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    const { extensions = [] } = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate;
    const usage = extensions.find(({ extnID }) => extnID === '2.5.29.15')!;
    expect(AsnConvert.parse(usage.extnValue, KeyUsage).toNumber()).toBe(
      KeyUsageFlags.keyCertSign |
        KeyUsageFlags.cRLSign |
        KeyUsageFlags.digitalSignature |
        KeyUsageFlags.keyEncipherment,
    );
    const row = await certificateTables(server.database)
      .selectFrom('devices_certificate_authority')
      .selectAll()
      .where('organization_id', '=', tenant.organization.id)
      .executeTakeFirstOrThrow();
    expect(row.private_key.includes('PRIVATE KEY')).toBe(false);

    const owner = tenant;
    const other = await server.addTenant(`thief-${count}`);
    tenant = other;
    await make();
    await certificateTables(server.database)
      .updateTable('devices_certificate_authority')
      .set({ private_key: row.private_key })
      .where('organization_id', '=', other.organization.id)
      .execute();
    await expect(server.change(other, findAuthority)).rejects.toMatchObject({ code: 'unavailable' });
    expect((await server.change(owner, findAuthority))!.key.equals(key)).toBe(true);
  });
});

describe('a root', () => {
  const belowRoot = () => authorityBelowRoot({ read: read(), change: (work) => server.change(tenant, work) });

  test('is put once above an authority that is there already, which stays as it is', async () => {
    const before = await make();
    const made = await Promise.all([belowRoot(), belowRoot()]);
    expect(new Set(made.map(({ root }) => root.fingerprint256)).size).toBe(1);
    const [{ authority, intermediate, root }] = made;
    expect(authority.certificate.fingerprint256).toBe(before.certificate.fingerprint256);
    expect((await make()).certificate.fingerprint256).toBe(before.certificate.fingerprint256);
    expect(intermediate.subject).toBe(before.certificate.subject);
    expect(intermediate.publicKey.equals(before.certificate.publicKey)).toBe(true);
    expect(intermediate.checkIssued(root) && intermediate.verify(root.publicKey)).toBe(true);
    expect(root.verify(root.publicKey)).toBe(true);
    const events = await listAuditEvents(read(), { targetType: 'certificateRoot', limit: 10 });
    expect(events).toMatchObject([{ action: 'certificateRoot.create' }]);
    const row = await certificateTables(server.database)
      .selectFrom('devices_certificate_root')
      .selectAll()
      .where('organization_id', '=', tenant.organization.id)
      .executeTakeFirstOrThrow();
    expect(row.private_key.includes('PRIVATE KEY')).toBe(false);
  });

  test('vouches for what the authority issues, as OpenSSL sees it', async () => {
    const { authority, intermediate, root } = await belowRoot();
    const device = await server.change(tenant, async (context) => {
      const { id } = await createEnrollment(context, {
        platform: 'windows',
        code: new Secret(`code of ${tenant.organization.slug}`),
      });
      const entitlement = { enrollmentId: id, deviceId: context.newId() };
      return issueCertificate(context, authority, keys.publicKey, entitlement);
    });
    const folder = await mkdtemp(join(tmpdir(), 'muster-chain-'));
    const file = async (name: string, content: X509Certificate) => {
      const path = join(folder, name);
      await writeFile(path, content.toString());
      return path;
    };
    const [rootFile, intermediateFile, deviceFile] = [
      await file('root', root),
      await file('intermediate', intermediate),
      await file('device', device.certificate),
    ];
    const at = String(Math.floor(server.now().getTime() / 1_000));
    const { stdout, error } = spawnSync(
      'openssl',
      [
        'verify',
        '-x509_strict',
        '-purpose',
        'sslclient',
        '-attime',
        at,
        '-CAfile',
        rootFile,
        '-untrusted',
        intermediateFile,
        deviceFile,
      ],
      { encoding: 'utf8' },
    );
    await rm(folder, { recursive: true });
    // There is a machine or two without it.
    if (error) return;
    expect(stdout).toBe(`${deviceFile}: OK\n`);
  });
});

describe('a certificate', () => {
  const issue = async () => {
    const authority = await make();
    const challengeHash = createHash('sha256').update('challenge').digest();
    return server.change(tenant, async (context) => {
      const { id } = await createEnrollment(context, {
        platform: 'apple',
        code: new Secret(`code of ${tenant.organization.slug}`),
      });
      const entitlement = { challengeHash, enrollmentId: id };
      return issueCertificate(context, authority, keys.publicKey, entitlement);
    });
  };

  test('is stored as it was issued, and found by its bytes, by its challenge and by what it renews', async () => {
    const issued = await issue();
    const { serialNumber } = issued;
    const challengeHash = createHash('sha256').update('challenge').digest();
    const authority = await make();
    await server.change(tenant, async (context) => {
      expect(await lockCertificate(context, { der: issued.certificate.raw })).toMatchObject({ serialNumber });
      expect(await lockCertificate(context, { der: authority.certificate.raw })).toBeUndefined();
      expect(await findCertificateFor(context, { challengeHash })).toMatchObject({ serialNumber });
      const next = { renewed: issued, publicKey: keys.publicKey };
      expect(await findCertificateFor(context, next)).toBeUndefined();
      const renewal = await issueCertificate(context, authority, keys.publicKey, { renewed: issued });
      expect(renewal.serialNumber).not.toBe(serialNumber);
      expect(await findCertificateFor(context, next)).toMatchObject({ serialNumber: renewal.serialNumber });
      expect(renewal.enrollmentId).toBe(issued.enrollmentId);
      expect(renewal.certificate.subject).toBe(issued.certificate.subject);
    });
    const stranger = server.change(server.tenant, (context) =>
      lockCertificate(context, { der: issued.certificate.raw }),
    );
    expect(await stranger).toBeUndefined();
  });

  test('lives no longer than its authority, and none is issued after that', async () => {
    const { certificate } = await make();
    server.advance(3_650 * day - 30 * day);
    expect((await issue()).certificate.validToDate).toEqual(certificate.validToDate);
    tenant = await server.addTenant(`late-${count}`);
    await make();
    server.advance(3_650 * day);
    await expect(issue()).rejects.toMatchObject({ code: 'unavailable', message: /has expired/ });
  });
});

describe('a request', () => {
  test('is read with its challenge, or without one', () => {
    const { publicKey, challenge } = readCertificateRequest(certificateRequest(keys, 'a challenge'));
    expect(challenge).toBe('a challenge');
    expect(publicKey.equals(keys.publicKey)).toBe(true);
    expect(readCertificateRequest(certificateRequest(keys, undefined)).challenge).toBeUndefined();
  });

  test.each([1_024, 4_104])('for a key of %i bits is refused', (modulusLength) => {
    const n = Buffer.alloc(modulusLength / 8, 0x81).toString('base64url');
    const publicKey = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' });
    const request = certificateRequest({ publicKey, privateKey: keys.privateKey }, 'x');
    expect(() => readCertificateRequest(request)).toThrow(/2048 to 4096 bits/);
  });

  test('with a changed name is refused, because its signature is not right any more', () => {
    const request = certificateRequest(keys, 'x');
    request[request.indexOf('wishes')]! ^= 1;
    expect(() => readCertificateRequest(request)).toThrow(/was not made with the private key/);
  });

  test('signed with MD5 is refused', () => {
    const request = certificateRequest(keys, 'x');
    const sha256WithRsa = Buffer.from('2a864886f70d01010b', 'hex');
    request[request.indexOf(sha256WithRsa) + 8] = 4;
    expect(() => readCertificateRequest(request)).toThrow(Fault);
    expect(() => readCertificateRequest(request)).toThrow(/must be RSA with SHA-256/);
  });
});
