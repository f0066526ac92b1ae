import { hash, X509Certificate, type KeyObject } from 'node:crypto';
import { bytesOfBase64 } from '../../../kernel/base64.ts';
import { Fault } from '../../../kernel/fault.ts';
import { isSignedBy, signerCertificate } from './signature.ts';
import { readSignedData } from './wire/read-signed-data.ts';

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

/**
 * The `Mdm-Signature` header: a CMS signature over the body, which it does not hold. A content that it holds nevertheless does not count.
 * `mostKeys` bounds what is kept, about a kilobyte for each.
 *
 * https://developer.apple.com/documentation/devicemanagement/mdm (SignMessage)
 */
export function signatureReader(mostKeys = 20_000): SignatureReader {
  // A map is in the order in which its keys were set, so the one that was needed longest ago is the first.
  const keys = new Map<string, KeyObject>();

  function keyOf(fingerprint: Buffer, certificate: Uint8Array): KeyObject {
    const name = fingerprint.toString('latin1');
    const key = keys.get(name) ?? publicKeyOf(certificate);
    keys.delete(name);
    keys.set(name, key);
    if (keys.size > mostKeys) keys.delete(keys.keys().next().value!);
    return key;
  }

  return {
    read(header, body) {
      const bytes = header.length <= longestHeader ? bytesOfBase64(header.trim()) : undefined;
      if (!bytes)
        throw new Fault('malformedBody', "The header 'Mdm-Signature' is not a CMS message in Base64.");
      const { signer, certificates } = readSignedData(bytes);
      const certificate = signerCertificate({ signer, certificates, content: undefined });
      if (!certificate) {
        throw new Fault('malformedBody', "The 'Mdm-Signature' does not hold its signer's certificate.");
      }
      const fingerprint = hash('sha256', certificate, 'buffer');
      if (!isSignedBy({ signer, content: body }, keyOf(fingerprint, certificate))) {
        throw new Fault('tokenInvalid', "The 'Mdm-Signature' is not one of this message.");
      }
      return fingerprint;
    },
  };
}

function publicKeyOf(certificate: Uint8Array): KeyObject {
  try {
    return new X509Certificate(certificate).publicKey;
  } catch (cause) {
    throw new Fault('malformedBody', "The certificate in the 'Mdm-Signature' cannot be read.", { cause });
  }
}
