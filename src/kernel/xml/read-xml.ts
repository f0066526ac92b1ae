import { SaxesParser } from 'saxes';
import { Fault } from '../fault.ts';

/** How much a document may hold. `depth` counts open elements, the root included; an attribute counts as an element. */
export interface XmlLimits {
  readonly bytes: number;
  readonly depth: number;
  readonly elements: number;
}

/** Is told what a document holds, in its order. `<a/>` is opened and closed; text may come in several pieces. */
export interface XmlReader {
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly text: (piece: string) => void;
  readonly close: (name: string) => void;
}

/**
 * Reads an XML 1.0 document that may be hostile: UTF-8, or UTF-16 with a byte order mark. Nothing is ever fetched, and the only entities are
 * XML's own five and character references: a DOCTYPE may name a DTD, which is not read, but declare nothing.
 * Comments and processing instructions are skipped; names keep their prefixes.
 *
 * `readerFor` gets a function that makes the Fault for what is wrong at the place that is being read. The reader is returned when it has been
 * told everything. Throws `malformedBody` with line and column.
 */
export function readXml<Reader extends XmlReader>(
  bytes: Uint8Array,
  limits: XmlLimits,
  readerFor: (faultHere: (what: string) => Fault) => Reader,
): Reader {
  if (bytes.length > limits.bytes) {
    throw new Fault('malformedBody', `The XML is larger than ${limits.bytes} bytes.`);
  }
  const encoding = encodingOf(bytes);
  const text = decoded(bytes, encoding);
  const parser = new SaxesParser({ position: false, xmlns: false });
  const faultHere = (what: string) =>
    new Fault('malformedBody', `The XML is wrong at line ${parser.line}, column ${parser.column}: ${what}.`);
  const reader = readerFor(faultHere);
  let depth = 0;
  let elements = 0;

  function count(): void {
    elements++;
    if (elements > limits.elements) throw faultHere(`it has more than ${limits.elements} elements`);
  }

  function checkDeclaration(): void {
    const { version = '1.0', encoding: declared = namesOf[encoding][0]! } = parser.xmlDecl;
    if (version !== '1.0') throw faultHere('only XML 1.0 is read');
    if (!namesOf[encoding].includes(declared.toUpperCase())) {
      throw faultHere(`the text is ${namesOf[encoding][0]}, but declared as something else`);
    }
  }

  // No more than seven handlers: with an eighth, V8 stores the parser's properties in a way that makes it five times as slow.
  // What the parser names after a colon is a piece of the document, in which there may be a secret.
  parser.on('error', ({ message }) => {
    throw faultHere(message.replace(/:.*$/s, '').replace(/\.$/, ''));
  });
  parser.on('doctype', (doctype) => {
    if (doctype.length > longestDoctype || !plainDoctype.test(doctype))
      throw faultHere('the DOCTYPE does more than to name a DTD');
  });
  parser.on('attribute', count);
  parser.on('opentag', ({ name, attributes }) => {
    if (depth === 0) checkDeclaration();
    depth++;
    count();
    if (depth > limits.depth) throw faultHere(`it is nested more than ${limits.depth} levels deep`);
    reader.open(name, attributes);
  });
  const onText = (piece: string) => {
    if (depth > 0) reader.text(piece);
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', ({ name }) => {
    depth--;
    reader.close(name);
  });
  parser.write(text).close();
  return reader;
}

type Encoding = 'utf-8' | 'utf-16be' | 'utf-16le';

/** How a declaration may call it. */
const namesOf: Readonly<Record<Encoding, readonly string[]>> = {
  'utf-8': ['UTF-8', 'US-ASCII', 'ASCII'],
  'utf-16be': ['UTF-16', 'UTF-16BE'],
  'utf-16le': ['UTF-16', 'UTF-16LE'],
};

function encodingOf([first, second]: Uint8Array): Encoding {
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === 0xff && second === 0xfe ? 'utf-16le' : 'utf-8';
}

function decoded(bytes: Uint8Array, encoding: Encoding): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new Fault('malformedBody', `The XML is not valid ${namesOf[encoding][0]}.`);
  }
}

/** V8 runs out of stack where a pattern repeats a group millions of times. */
const longestDoctype = 1_000;

/** What follows `<!DOCTYPE`: a name, perhaps identifiers of a DTD, and perhaps brackets with nothing but processing instructions in them. */
const plainDoctype =
  /^\s+[^\s[\]"']+(?:\s+(?:SYSTEM|PUBLIC\s+(?:"[^"]*"|'[^']*'))\s+(?:"[^"]*"|'[^']*'))?\s*(?:\[(?:\s|<\?(?:[^?]|\?(?!>))*\?>)*\]\s*)?$/;
