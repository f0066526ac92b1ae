import { sign } from 'node:crypto';
import { oids, type KeyPair } from '../../pki/asn1.ts';
import { der, derOid } from '../../pki/der.ts';
import { makeUuid } from '../../uuid.ts';
import type { WindowsHardware } from '../hardware.ts';

/** The OIW's name of RSA with SHA-1, which Windows writes in place of the one of PKCS #1. */
const oiwSha1WithRsa = '1.3.14.3.2.29';
const extensionRequest = '1.2.840.113549.1.9.14';
/** Holds the `DeviceID`, and is not DER inside. */
const deviceIdExtension = '1.3.6.1.4.1.311.66.1.0';
const commonNameAtMost = 64;

/**
 * A PKCS #10 request as Windows makes it, in DER. The subject is `<guid>!<DeviceID>`: Windows 10 cuts the GUID so that it fits, ends it with NUL, and
 * writes it as a PrintableString, which neither `!` nor NUL belong into; Windows 11 writes UTF-8.
 */
export function certificateRequest(
  { form, deviceId }: WindowsHardware,
  { publicKey, privateKey }: KeyPair,
  digest: 'sha1' | 'sha256',
  random: (size: number) => Buffer,
): Buffer {
  const guid = makeUuid(random);
  const end = form === 'windows10' ? `!${deviceId}\0` : `!${deviceId}`;
  const name = Buffer.from(guid.slice(0, commonNameAtMost - end.length) + end);
  const commonName = der(form === 'windows10' ? 0x13 : 0x0c, name);
  const extension = der(0x30, derOid(deviceIdExtension), der(0x04, Buffer.from(`${deviceId}\0`)));
  const info = der(
    0x30,
    der(0x02, Buffer.of(0)),
    der(0x30, der(0x31, der(0x30, derOid(oids.commonName), commonName))),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa0, der(0x30, derOid(extensionRequest), der(0x31, der(0x30, extension)))),
  );
  const algorithm = digest === 'sha1' ? oiwSha1WithRsa : oids.sha256WithRsa;
  return der(
    0x30,
    info,
    der(0x30, derOid(algorithm), der(0x05)),
    der(0x03, Buffer.of(0), sign(digest, info, privateKey)),
  );
}
