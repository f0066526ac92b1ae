import { hash, X509Certificate, type KeyObject } from 'node:crypto';
import { bytesOfBase64 } from '../kernel/base64.ts';
import { readSignedData, type SignedData, type Signer } from '../kernel/cms/read-signed-data.ts';
import { Fault } from '../kernel/fault.ts';
import { areEqual, isSignedBy, signerCertificate } from './signature.ts';

/** Checks the signatures of messages. Made once per process: it keeps the keys of the devices that called last. */
export interface SignatureReader {
  /**
   * The SHA-256 of the certificate with which `body` was signed. Whose it is, and whether it is still good, is not asked here.
   * Faults: `malformedBody`, `tokenInvalid`.
   */
  read(header: string, body: Uint8Array): Buffer;
}

/** A header has a certificate in it, and a chain of three at the most. */
const longestHeader = 12 * 1024;
/** Those of devices have a quarter of it. */
const longestKept = 4 * 1024;

/** What is worked out of a certificate, which every message of a device brings along. */
interface KnownCertificate extends Pick<Signer, 'issuer' | 'serialNumber'> {
  readonly bytes: Uint8Array;
  /** SHA-256. */
  readonly fingerprint: Buffer;
  readonly key: KeyObject;
}

/**
 * The `Mdm-Signature` header: a CMS signature over the body, which it does not hold. A content that it holds nevertheless does not count.
 * `mostCertificates` bounds what is kept, about two kilobytes for each.
 *
 * https://developer.apple.com/documentation/devicemanagement/mdm (SignMessage)
 */
export function signatureReader(mostCertificates = 20_000): SignatureReader {
  // A map is in the order in which its keys were set, so the one that was needed longest ago is the first.
  const known = new Map<string, KnownCertificate>();

  function keep(certificate: KnownCertificate): void {
    if (certificate.bytes.length > longestKept) return;
    const name = endOf(certificate.bytes);
    known.delete(name);
    known.set(name, certificate);
    if (known.size > mostCertificates) known.delete(known.keys().next().value!);
  }

  /** The certificate that the signer names, if it came with the message. */
  function certificateOf({ signer, certificates }: SignedData): KnownCertificate | undefined {
    for (const bytes of certificates) {
      const found = known.get(endOf(bytes));
      if (found && areEqual(found.bytes, bytes) && isNamed(found, signer)) return found;
    }
    const sent = signerCertificate({ signer, certificates, content: undefined });
    return sent && readCertificate(sent, signer);
  }

  return {
    read(header, body) {
      const bytes = header.length <= longestHeader ? bytesOfBase64(header.trim()) : undefined;
      if (!bytes)
        throw new Fault('malformedBody', "The header 'Mdm-Signature' is not a CMS message in Base64.");
      const signedData = readSignedData(bytes);
      const certificate = certificateOf(signedData);
      if (!certificate) {
        throw new Fault('malformedBody', "The 'Mdm-Signature' does not hold its signer's certificate.");
      }
      const { fingerprint, key } = certificate;
      if (!isSignedBy({ signer: signedData.signer, content: body }, key)) {
        throw new Fault('tokenInvalid', "The 'Mdm-Signature' is not one of this message.");
      }
      // Not before: strangers would crowd out those of devices.
      keep(certificate);
      return fingerprint;
    },
  };
}

/** The end of a certificate is its issuer's signature, so that hardly two have the same one: enough to look it up by. */
function endOf({ buffer, byteOffset, length }: Uint8Array): string {
  const taken = Math.min(length, 24);
  return Buffer.from(buffer, byteOffset + length - taken, taken).toString('latin1');
}

function isNamed(certificate: KnownCertificate, { issuer, serialNumber }: Signer): boolean {
  return areEqual(certificate.issuer, issuer) && areEqual(certificate.serialNumber, serialNumber);
}

function readCertificate(sent: Uint8Array, { issuer, serialNumber }: Signer): KnownCertificate {
  // What holds these bytes is the whole message.
  const bytes = Uint8Array.from(sent);
  try {
    return {
      bytes,
      issuer: Uint8Array.from(issuer),
      serialNumber: Uint8Array.from(serialNumber),
      fingerprint: hash('sha256', bytes, 'buffer'),
      key: new X509Certificate(bytes).publicKey,
    };
  } catch (cause) {
    throw new Fault('malformedBody', "The certificate in the 'Mdm-Signature' cannot be read.", { cause });
  }
}
