import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { CertificationRequest } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from '@peculiar/asn1-x509';
import { signingRequest, uploadPushCertificate } from '../devices/push-certificate/index.ts';
import { distinguishedName, signedCertificate } from '../kernel/certificate.ts';
import type { WriteContext } from '../tenancy/index.ts';

const day = 24 * 3_600_000;
const uid = '0.9.2342.19200300.100.1.1';

/**
 * A push certificate that looks like one of Apple's and is not: with it simulated devices can enrol before anybody has asked Apple for a real
 * one. It wakes no device.
 */
export async function createPushCertificate(context: WriteContext): Promise<void> {
  const { now, scope, newId } = context;
  const request = await signingRequest({ read: context, change: (work) => work(context) });
  const der = Buffer.from(request.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  const { subjectPKInfo } = AsnConvert.parse(der, CertificationRequest).certificationRequestInfo;
  const issuer = distinguishedName({ commonName: 'Muster demonstration: wakes no device' });
  const topic = `com.apple.mgmt.Demo.${scope.organization.tenantId}`;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = signedCertificate(
    {
      notBefore: new Date(now.getTime() - day),
      notAfter: new Date(now.getTime() + 365 * day),
      randomSerial: createHash('sha256').update(newId()).digest().subarray(0, 16),
      issuer,
      subject: nameWithTopic(topic),
      publicKey: new Uint8Array(AsnConvert.serialize(subjectPKInfo)),
      extensions: [],
    },
    'ecdsaWithSha256',
    (bytes) => sign('sha256', bytes, privateKey),
  );
  const base64 = Buffer.from(certificate)
    .toString('base64')
    .replaceAll(/(.{64})/g, '$1\n');
  await uploadPushCertificate(context, {
    appleIdentifier: 'demo@example.com',
    certificatePem: `-----BEGIN CERTIFICATE-----\n${base64.trimEnd()}\n-----END CERTIFICATE-----\n`,
  });
}

/** As Apple names it: the topic is the user id. */
function nameWithTopic(topic: string): Name {
  const value = new AttributeValue({ utf8String: topic });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: uid, value })])]);
}
