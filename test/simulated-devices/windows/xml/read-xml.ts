import { SaxesParser } from 'saxes';
import { ProtocolViolation } from '../protocol-violation.ts';

/** An element, told apart by namespace and name whatever its prefix is. */
export interface XmlElement {
  readonly name: string;
  /** Empty where it has none. */
  readonly namespace: string;
  /** By the name as it is written. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Its own text, with the white space that it has. */
  readonly text: string;
}

/** Reads a document into its root. Throws `ProtocolViolation` that begins with `where`; a document type and, unless it is taken, CDATA are such. */
export function readXml(
  document: Uint8Array | string,
  where: string,
  { takesCdata = false }: { readonly takesCdata?: boolean } = {},
): XmlElement {
  const root = { children: [] as Draft[], text: '' };
  const open: { children: Draft[]; text: string }[] = [root];
  const parser = new SaxesParser({ xmlns: true });
  const refuse = (problem: string) => {
    throw new ProtocolViolation(where, problem);
  };
  parser.on('error', (error) => refuse(`this is no XML: ${error.message}`));
  parser.on('doctype', () => refuse('it has a document type'));
  parser.on('opentag', ({ local, uri, attributes }) => {
    const element: Draft = {
      name: local,
      namespace: uri,
      attributes: Object.fromEntries(Object.entries(attributes).map(([name, { value }]) => [name, value])),
      children: [],
      text: '',
    };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => void (open.at(-1)!.text += text));
  parser.on('cdata', (text) => {
    if (!takesCdata) refuse('it has a CDATA section, which some nodes of Windows do not understand');
    open.at(-1)!.text += text;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(typeof document === 'string' ? document : decode(document, refuse)).close();
  return root.children[0]!;
}

interface Draft {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Draft[];
  text: string;
}

function decode(bytes: Uint8Array, refuse: (problem: string) => never): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('it is not UTF-8');
  }
}
