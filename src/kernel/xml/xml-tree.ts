import { readXml, type XmlLimits } from './read-xml.ts';

/** An element with what it holds. Prefixes are resolved: the same element reads the same whatever its document calls the namespace. */
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** Empty for an element in none. */
  readonly namespace: string;
  /** By the name without its prefix. Declarations of namespaces are left out. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All the text directly in it, as it stands. */
  readonly text: string;
}

interface OpenElement {
  readonly element: XmlElement & { children: XmlElement[]; text: string };
  readonly namespaces: Namespaces;
}

/** What prefixes stand for in an element: what it declares itself, else what is declared around it, which is never copied. */
interface Namespaces {
  readonly declared: ReadonlyMap<string, string>;
  readonly around: Namespaces | undefined;
}

const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';

/** Reads a whole document, in front of which may be blanks: some clients send an empty line first. Throws `malformedBody`. See `readXml`. */
export function readXmlTree(bytes: Uint8Array, limits: XmlLimits): XmlElement {
  const { root } = readXml(withoutLeadingBlanks(bytes), limits, (faultHere) => {
    const open: OpenElement[] = [];
    const outermost: Namespaces = {
      declared: new Map([
        ['', ''],
        ['xml', xmlNamespace],
      ]),
      around: undefined,
    };
    const reader = {
      root: undefined as XmlElement | undefined,
      open(name: string, attributes: Readonly<Record<string, string>>) {
        const namespaces = withDeclared(open.at(-1)?.namespaces ?? outermost, attributes);
        const [prefix, local] = split(name);
        const namespace = namespaceOf(prefix, namespaces);
        if (namespace === undefined) throw faultHere(`the prefix '${prefix}' stands for no namespace`);
        const element = { name: local, namespace, attributes: plain(attributes), children: [], text: '' };
        if (open.length > 0) open.at(-1)!.element.children.push(element);
        else reader.root = element;
        open.push({ element, namespaces });
      },
      text(piece: string) {
        open.at(-1)!.element.text += piece;
      },
      close() {
        open.pop();
      },
    };
    return reader;
  });
  return root!;
}

function withDeclared(around: Namespaces, attributes: Readonly<Record<string, string>>): Namespaces {
  const declared = Object.entries(attributes).filter(([name]) => isDeclaration(name));
  if (declared.length === 0) return around;
  return { declared: new Map(declared.map(([name, value]) => [name.slice(6), value])), around };
}

function namespaceOf(prefix: string, { declared, around }: Namespaces): string | undefined {
  return declared.get(prefix) ?? (around && namespaceOf(prefix, around));
}

function plain(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([name]) => !isDeclaration(name))
      .map(([name, value]) => [split(name)[1], value]),
  );
}

function isDeclaration(name: string): boolean {
  return name === 'xmlns' || name.startsWith('xmlns:');
}

function split(name: string): [prefix: string, local: string] {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}

const blanks: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const byteOrderMark = [0xef, 0xbb, 0xbf];

function withoutLeadingBlanks(bytes: Uint8Array): Uint8Array {
  let start = byteOrderMark.every((byte, index) => bytes[index] === byte) ? byteOrderMark.length : 0;
  while (start < bytes.length && blanks.has(bytes[start]!)) start++;
  return bytes.subarray(start);
}

/** The first child of this name, whatever its namespace. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The text of the first child of this name, without blanks around it; undefined when there is no such child. */
export function textOfChild(element: XmlElement, name: string): string | undefined {
  return childOf(element, name)?.text.trim();
}
