import { octetsOf, textOf, type Der } from '../../../../kernel/der-read.ts';
import { derOctets, derPrintable } from '../../../../kernel/der-write.ts';
import { Fault } from '../../../../kernel/fault.ts';
import { readSignedData, type SignedData } from '../../../../kernel/cms/read-signed-data.ts';
import type { Attribute } from '../../../../kernel/cms/write-signed-data.ts';

const attributeOids = {
  messageType: '2.16.840.1.113733.1.9.2',
  pkiStatus: '2.16.840.1.113733.1.9.3',
  failInfo: '2.16.840.1.113733.1.9.4',
  senderNonce: '2.16.840.1.113733.1.9.5',
  recipientNonce: '2.16.840.1.113733.1.9.6',
  transactionId: '2.16.840.1.113733.1.9.7',
} as const;

const requestTypes = { '17': 'RenewalReq', '19': 'PKCSReq' } as const;

/** A request of a SCEP client (RFC 8894, section 3), as it was sent: nothing of it is checked yet. */
export interface PkiRequest {
  readonly type: 'PKCSReq' | 'RenewalReq';
  /** The value of the attribute as DER: it goes back as it came. */
  readonly transactionId: Uint8Array;
  readonly senderNonce: Uint8Array;
  readonly signedData: SignedData;
}

/** Faults: `malformedBody`. */
export function readPkiRequest(bytes: Uint8Array): PkiRequest {
  const signedData = readSignedData(bytes);
  const { attributes } = signedData.signer;
  const only = (name: keyof typeof attributeOids): Der => {
    const [value, ...more] = attributes.get(attributeOids[name]) ?? [];
    if (!value || more.length > 0) throw malformed(`must have one attribute ${name}`);
    return value;
  };
  const type = textOf(only('messageType'));
  if (type !== '17' && type !== '19') {
    throw malformed('must be of type 19 (PKCSReq) or 17 (RenewalReq); others are not served');
  }
  const transactionId = only('transactionId');
  if (!/^[\x20-\x7e]{1,256}$/.test(textOf(transactionId)))
    throw malformed('must have a printable transactionID');
  const senderNonce = octetsOf(only('senderNonce'));
  if (senderNonce.length === 0 || senderNonce.length > 64)
    throw malformed('must have a senderNonce of 16 bytes');
  return { type: requestTypes[type], transactionId: transactionId.raw, senderNonce, signedData };
}

/** RFC 8894, section 3.2.1.4. */
const failInfos = { badMessageCheck: '1', badRequest: '2' } as const;
export type FailInfo = keyof typeof failInfos;

/** The attributes of the answer (CertRep) to a request: success, or why it failed. `senderNonce` is 16 random bytes. */
export function replyAttributes(
  { transactionId, senderNonce: recipientNonce }: PkiRequest,
  senderNonce: Uint8Array,
  failInfo: FailInfo | undefined,
): Attribute[] {
  const text = (name: keyof typeof attributeOids, value: string) => ({
    type: attributeOids[name],
    value: derPrintable(value),
  });
  return [
    text('messageType', '3'),
    text('pkiStatus', failInfo ? '2' : '0'),
    ...(failInfo ? [text('failInfo', failInfos[failInfo])] : []),
    { type: attributeOids.transactionId, value: transactionId },
    { type: attributeOids.senderNonce, value: derOctets(senderNonce) },
    { type: attributeOids.recipientNonce, value: derOctets(recipientNonce) },
  ];
}

function malformed(problem: string): Fault {
  return new Fault('malformedBody', `The SCEP message ${problem}.`);
}
