import {
  expectTag,
  octetsOf,
  oidOf,
  readDer,
  sequenceOf,
  setOf,
  smallIntegerOf,
  taggedIn,
  tags,
} from '../der-read.ts';
import { der, derNull, derOctets, derOid, derSequence, derSet, derSmallInteger } from '../der-write.ts';
import { Fault } from '../fault.ts';
import { oids } from './oids.ts';
import { contentInfo, issuerAndSerialNumber } from './write-signed-data.ts';

/** An EnvelopedData (RFC 5652, section 6) for one recipient, its key encrypted with RSA PKCS#1 v1.5. */
export interface EnvelopedData {
  readonly encryptedKey: Uint8Array;
  readonly contentAlgorithm: string;
  readonly initializationVector: Uint8Array;
  readonly encryptedContent: Uint8Array;
}

/** Faults: `malformedBody`. */
export function readEnvelopedData(bytes: Uint8Array): EnvelopedData {
  const [contentType, wrapped] = sequenceOf(readDer(bytes));
  if (oidOf(contentType) !== oids.envelopedData) throw malformed('is not EnvelopedData');
  const [version, recipients, encrypted] = sequenceOf(taggedIn(wrapped, 0xa0));
  smallIntegerOf(version);
  const [recipient, ...others] = setOf(recipients);
  if (!recipient || others.length > 0) throw malformed('must have one recipient');
  const [, , keyAlgorithm, encryptedKey] = sequenceOf(recipient);
  if (oidOf(sequenceOf(keyAlgorithm)[0]) !== oids.rsaEncryption) {
    throw malformed('must have its key encrypted with RSA PKCS#1 v1.5');
  }
  const [, contentAlgorithm, content] = sequenceOf(encrypted);
  const [algorithm, initializationVector] = sequenceOf(contentAlgorithm);
  return {
    encryptedKey: octetsOf(encryptedKey),
    contentAlgorithm: oidOf(algorithm),
    initializationVector: expectTag(initializationVector, tags.octetString).content,
    encryptedContent: octetsOf(content, 0x80),
  };
}

/** `recipient` is the DER of the certificate for whose key the message is encrypted. */
export function encodeEnvelopedData(message: EnvelopedData & { readonly recipient: Uint8Array }): Uint8Array {
  const recipientInfo = derSequence(
    derSmallInteger(0),
    issuerAndSerialNumber(message.recipient),
    derSequence(derOid(oids.rsaEncryption), derNull),
    derOctets(message.encryptedKey),
  );
  return contentInfo(
    oids.envelopedData,
    derSequence(
      derSmallInteger(0),
      derSet(recipientInfo),
      derSequence(
        derOid(oids.data),
        derSequence(derOid(message.contentAlgorithm), derOctets(message.initializationVector)),
        der(0x80, message.encryptedContent),
      ),
    ),
  );
}

function malformed(problem: string): Fault {
  return new Fault('malformedBody', `The CMS message ${problem}.`);
}
