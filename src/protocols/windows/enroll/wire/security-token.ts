import { bytesOfBase64 } from '../../../../kernel/base64.ts';
import { Fault, invalidInput } from '../../../../kernel/fault.ts';
import { childOf, childrenOf, textOfChild, type XmlElement } from '../../../../kernel/xml/xml-tree.ts';
import { contentOf, writeEnvelope, type Envelope } from './envelope.ts';
import { namespaces, tokenTypes } from './namespaces.ts';

/** A PC asks for its certificate. */
export interface SecurityTokenRequest {
  /** `renew`: in the place of the one that it has, with which `request` is signed (PKCS#7). */
  readonly type: 'issue' | 'renew';
  /** DER: PKCS#10, or PKCS#7 around it. */
  readonly request: Buffer;
  readonly items: ContextItems;
}

/** What the PC tells with it, by the name; some are there several times. */
export type ContextItems = ReadonlyMap<string, readonly string[]>;

const requestTypes: ReadonlyMap<string, SecurityTokenRequest['type']> = new Map([
  [`${namespaces.trust}/Issue`, 'issue'],
  [`${namespaces.trust}/Renew`, 'renew'],
]);

const valueTypes = {
  issue: `${namespaces.enrollment}#PKCS10`,
  renew: `${namespaces.enrollment}#PKCS7`,
} as const satisfies Record<SecurityTokenRequest['type'], string>;

/** Faults: `malformedBody`, `invalidInput`. */
export function readSecurityTokenRequest(envelope: Envelope): SecurityTokenRequest {
  const content = contentOf(envelope, 'RequestSecurityToken', namespaces.trust);
  const type = requestTypes.get(textOfChild(content, 'RequestType') ?? '');
  if (!type) throw invalidInput([{ path: 'RequestType', message: 'must be Issue or Renew of WS-Trust 1.3' }]);
  const token = childOf(content, 'BinarySecurityToken');
  if (!token) throw new Fault('malformedBody', 'The RequestSecurityToken has no BinarySecurityToken.');
  const { ValueType = valueTypes[type] } = token.attributes;
  const request = bytesOfBase64(token.text);
  if (ValueType !== valueTypes[type] || !request || request.length === 0) {
    throw invalidInput([
      { path: 'certificateRequest', message: `must be ${valueTypes[type].split('#')[1]} in Base64` },
    ]);
  }
  return { type, request, items: readItems(childOf(content, 'AdditionalContext')) };
}

function readItems(context: XmlElement | undefined): ContextItems {
  const named = (context ? childrenOf(context, 'ContextItem') : []).flatMap((item) => {
    const name = item.attributes['Name']?.trim();
    const value = textOfChild(item, 'Value');
    return name && value ? [{ name, value }] : [];
  });
  const grouped = Map.groupBy(named, ({ name }) => name);
  return new Map([...grouped].map(([name, items]) => [name, items.map(({ value }) => value)]));
}

const sessionLength = 5 * 60_000;

/** The answer with the provisioning document. */
export function writeSecurityTokenAnswer(relatesTo: string | undefined, document: string, now: Date): string {
  const expires = new Date(now.getTime() + sessionLength);
  // The name of the Timestamp is what every server in the field gives it.
  const header =
    `<o:Security xmlns:o="${namespaces.security}" xmlns:u="${namespaces.utility}" s:mustUnderstand="1">` +
    `<u:Timestamp u:Id="_0"><u:Created>${now.toISOString()}</u:Created>` +
    `<u:Expires>${expires.toISOString()}</u:Expires></u:Timestamp></o:Security>`;
  const token = base64(document);
  return writeEnvelope('requestSecurityToken', relatesTo, {
    header,
    body:
      `<RequestSecurityTokenResponseCollection xmlns="${namespaces.trust}"><RequestSecurityTokenResponse>` +
      `<TokenType>${tokenTypes.enrollmentToken}</TokenType>` +
      `<DispositionMessage xmlns="${namespaces.enrollment}"></DispositionMessage><RequestedSecurityToken>` +
      `<BinarySecurityToken xmlns="${namespaces.security}" ValueType="${tokenTypes.provisioningDocument}"` +
      ` EncodingType="${tokenTypes.base64}">${token}</BinarySecurityToken></RequestedSecurityToken>` +
      `<RequestID xmlns="${namespaces.enrollment}">0</RequestID>` +
      '</RequestSecurityTokenResponse></RequestSecurityTokenResponseCollection>',
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
