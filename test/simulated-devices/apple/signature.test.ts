import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ContentInfo, id_signedData, SignedData } from '@peculiar/asn1-cms';
import { AsnConvert } from '@peculiar/asn1-schema';
import { expect, test } from 'vitest';
import { testAuthority } from './device-for-test.ts';
import { signMessage } from './messages.ts';
import { readSignedContent } from '../pki/signed-data.ts';

const body = Buffer.from('<plist version="1.0"><dict/></plist>');
const forms = [
  { digest: 'sha256', isDetached: true },
  { digest: 'sha1', isDetached: true },
  { digest: 'sha256', isDetached: false },
] as const;
const now = new Date('2026-03-01T12:00:00Z');

const hasOpenssl = (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
  try {
    accessSync(join(folder, 'openssl'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

test.skipIf(!hasOpenssl).each(forms)(
  'OpenSSL takes a signature of %j',
  async (form) => {
    const identity = await testAuthority();
    const folder = mkdtempSync(join(tmpdir(), 'muster-signature-'));
    try {
      writeFileSync(join(folder, 'signature.der'), signMessage(identity, body, form, now));
      writeFileSync(join(folder, 'body'), body);
      writeFileSync(join(folder, 'ca.pem'), identity.certificate.toString());
      const verify = (content: string) =>
        execFileSync(
          'openssl',
          // The seconds are within the certificate's time, whatever the time is now.
          [
            'cms',
            '-verify',
            '-binary',
            '-inform',
            'DER',
            '-in',
            'signature.der',
            '-CAfile',
            'ca.pem',
            '-purpose',
            'any',
            '-attime',
            '1772366400',
            ...(form.isDetached ? ['-content', content] : []),
          ],
          { cwd: folder, stdio: 'pipe' },
        );
      expect(verify('body')).toEqual(body);
      if (form.isDetached) expect(() => verify('ca.pem')).toThrow(/verif/i);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  30_000,
);

test.each(forms)('a signature of %j is one of CMS with one signer', async (form) => {
  const identity = await testAuthority();
  const der = signMessage(identity, body, form, now);
  const { contentType, content } = AsnConvert.parse(der, ContentInfo);
  expect(contentType).toBe(id_signedData);
  const { encapContentInfo, signerInfos, certificates } = AsnConvert.parse(content, SignedData);
  expect(encapContentInfo.eContent === undefined).toBe(form.isDetached);
  expect(signerInfos).toHaveLength(1);
  expect(certificates).toHaveLength(1);
  const read = readSignedContent(der, form.isDetached ? { detached: body } : {});
  expect(read.signer.raw).toEqual(identity.certificate.raw);
  expect(read.content).toEqual(body);
});
