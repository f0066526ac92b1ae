import { randomBytes, type X509Certificate } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { certificatesIn, oids, type digestOids, type Identity } from '../pki/asn1.ts';
import { der } from '../pki/der.ts';
import { openEnvelope, sealEnvelope, type contentCiphers } from './enveloped-data.ts';
import { readSignedContent, signContent } from '../pki/signed-data.ts';

export interface PkiMessage {
  readonly type?: string;
  readonly transactionId?: string;
  readonly senderNonce?: Buffer;
  readonly digest?: keyof typeof digestOids;
  readonly cipher?: keyof typeof contentCiphers;
  readonly random?: (size: number) => Buffer;
  /** The content in place of an envelope around the request. */
  readonly content?: Buffer;
  /** What makes of the encrypted key something else. */
  readonly encryptedKey?: (key: Buffer) => Buffer;
}

export const printable = (text: string): Buffer => der(0x13, Buffer.from(text));
export const octets = (bytes: Buffer): Buffer => der(0x04, bytes);

/** A request of a SCEP client (RFC 8894) as DER. */
export function pkiMessage(
  request: Buffer,
  authority: X509Certificate,
  signer: Identity,
  message: PkiMessage = {},
): Buffer {
  const { type = '19', transactionId = 'transaction', digest = 'sha256', random = randomBytes } = message;
  const { cipher = 'des3', senderNonce = random(16), encryptedKey } = message;
  const content = message.content ?? sealEnvelope(request, authority, { cipher, random, encryptedKey });
  return signContent(signer, content, {
    digest,
    isDetached: false,
    attributes: [
      [oids.messageType, printable(type)],
      [oids.senderNonce, octets(senderNonce)],
      [oids.transactionId, printable(transactionId)],
    ],
  });
}

export interface PkiReply {
  readonly status: string | undefined;
  readonly failInfo: string | undefined;
  readonly transactionId: string | undefined;
  readonly recipientNonce: Buffer;
  /** The new certificate first; none where the request failed. */
  readonly certificates: readonly X509Certificate[];
}

/** Reads the server's answer (CertRep) and checks that the authority signed it. */
export function readPkiReply(der: Buffer, authority: X509Certificate, requester: Identity): PkiReply {
  const { content, signer, attributes } = readSignedContent(der, { known: [authority] });
  if (!signer.raw.equals(authority.raw)) throw new Error('the answer is not signed by the authority');
  const text = (oid: string) => {
    const value = attributes.get(oid);
    return value?.subarray(2).toString();
  };
  if (text(oids.messageType) !== '3') throw new Error('the answer is no CertRep');
  return {
    status: text(oids.pkiStatus),
    failInfo: text(oids.failInfo),
    transactionId: text(oids.transactionId),
    recipientNonce: Buffer.from(AsnConvert.parse(attributes.get(oids.recipientNonce)!, OctetString).buffer),
    certificates: content.length === 0 ? [] : certificatesIn(openEnvelope(content, requester.key)),
  };
}
