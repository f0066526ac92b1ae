import { Fault } from '../../../../kernel/fault.ts';
import { escapeXml } from '../../../../kernel/xml/escape-xml.ts';
import { childOf, readXmlTree, textOfChild, type XmlElement } from '../../../../kernel/xml/xml-tree.ts';
import { answerActions, namespaces, type AnswerAction } from './namespaces.ts';

/** Attestations of a TPM are the largest that a PC tells. */
export const largestRequest = 256 * 1024;
const limits = { bytes: largestRequest, depth: 32, elements: 2_000 };

/** A message as it came. Its action says nothing that its body does not say. */
export interface Envelope {
  /** By which the answer says what it answers; undefined when it has none. */
  readonly messageId: string | undefined;
  /** The header in which the sender shows who it is. */
  readonly security: XmlElement | undefined;
  /** What the body holds. */
  readonly content: XmlElement;
}

/** Reads a message of SOAP 1.2 or 1.1. Faults: `malformedBody`. */
export function readEnvelope(bytes: Uint8Array): Envelope {
  const root = readXmlTree(bytes, limits);
  const isSoap = root.namespace === namespaces.soap || root.namespace === namespaces.soap11;
  if (root.name !== 'Envelope' || !isSoap)
    throw new Fault('malformedBody', 'The message is no SOAP envelope.');
  const header = childOf(root, 'Header');
  const contents = childOf(root, 'Body')?.children ?? [];
  const [content] = contents;
  if (!content || contents.length > 1) {
    throw new Fault('malformedBody', `The SOAP body holds ${contents.length} elements instead of one.`);
  }
  return {
    // One that is too long is none of a PC's, and would only come back.
    messageId: header && textOfChild(header, 'MessageID')?.slice(0, 256),
    security: header && childOf(header, 'Security'),
    content,
  };
}

/** The content of a message, which must be this element. Faults: `malformedBody`. */
export function contentOf({ content }: Envelope, name: string, namespace: string): XmlElement {
  if (content.name === name && content.namespace === namespace) return content;
  throw new Fault('malformedBody', `The SOAP body must hold '${name}' of the namespace '${namespace}'.`);
}

/** An answer as SOAP 1.2, which PCs of every kind of request take. `header` and `body` are XML. */
export function writeEnvelope(
  action: AnswerAction,
  relatesTo: string | undefined,
  { header = '', body }: { readonly header?: string; readonly body: string },
): string {
  const related = relatesTo === undefined ? '' : `<a:RelatesTo>${escapeXml(relatesTo)}</a:RelatesTo>`;
  return (
    `<s:Envelope xmlns:s="${namespaces.soap}" xmlns:a="${namespaces.addressing}">` +
    `<s:Header><a:Action s:mustUnderstand="1">${answerActions[action]}</a:Action>${related}${header}</s:Header>` +
    `<s:Body>${body}</s:Body></s:Envelope>`
  );
}
