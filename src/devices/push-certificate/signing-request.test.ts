import { spawnSync } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { makeApplePushCa } from '../../../test/support/apple-push-ca.ts';
import { readPushCertificate } from './certificate.ts';
import { makeSigningRequest } from './signing-request.ts';

test('the fingerprint is that of the private key, and of the certificate made for the request', async () => {
  const made = await makeSigningRequest({ commonName: 'Muster MDM push' });
  const privateKey = createPrivateKey(made.privateKeyPem);
  expect(made.privateKeyPem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  expect(privateKey.asymmetricKeyType).toBe('rsa');
  expect(privateKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  expect(made.publicKeyFingerprint).toBe(createHash('sha256').update(spki).digest('hex'));
  const certificate = readPushCertificate(makeApplePushCa().issue(made.signingRequestPem));
  expect(certificate.publicKeyFingerprint).toBe(made.publicKeyFingerprint);
});

test('every request has a key of its own', async () => {
  const subject = { commonName: 'Muster MDM push' };
  const [one, other] = await Promise.all([makeSigningRequest(subject), makeSigningRequest(subject)]);
  expect(one.publicKeyFingerprint).not.toBe(other.publicKeyFingerprint);
});

const openssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!openssl)(`as the openssl command reads it${openssl ? '' : ' (not installed)'}`, () => {
  function opensslReads(signingRequestPem: string) {
    const options = ['-verify', '-noout', '-subject', '-text', '-nameopt', 'RFC2253,-esc_msb,utf8'];
    const { status, stdout, stderr } = spawnSync('openssl', ['req', ...options], {
      input: signingRequestPem,
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  }

  test('the request is version 1, its signature is right and made with SHA-256', async () => {
    const made = await makeSigningRequest({
      commonName: 'Muster MDM push',
      organizationName: 'Zürich, "AG" + Söhne',
    });
    const { status, output } = opensslReads(made.signingRequestPem);
    expect(status).toBe(0);
    expect(output).toContain('verify OK');
    expect(output).toContain('Version: 1 (0x0)');
    expect(output).toContain('Signature Algorithm: sha256WithRSAEncryption');
    expect(output).toContain('Public-Key: (2048 bit)');
    expect(output).toContain('subject=O=Zürich\\, \\"AG\\" \\+ Söhne,CN=Muster MDM push\n');
  });

  test('a damaged request does not verify', async () => {
    const { signingRequestPem } = await makeSigningRequest({ commonName: 'Muster MDM push' });
    const lines = signingRequestPem.split('\n');
    lines[10] = Array.from(lines[10]!).toReversed().join('');
    expect(opensslReads(lines.join('\n')).output).not.toContain('verify OK');
  });

  test('names are cut to 64 characters, not in the middle of one', async () => {
    const made = await makeSigningRequest({ commonName: '😀'.repeat(65), organizationName: 'o'.repeat(300) });
    const { output } = opensslReads(made.signingRequestPem);
    expect(output).toContain('verify OK');
    expect(output).toContain(`subject=O=${'o'.repeat(64)},CN=${'😀'.repeat(64)}\n`);
  });
});
