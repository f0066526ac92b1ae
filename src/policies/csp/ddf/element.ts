import { readXml } from '../../../kernel/xml/read-xml.ts';

/** An XML element. Its text is without that of the elements in it. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

interface OpenElement extends Element {
  readonly children: Element[];
  text: string;
}

/** The largest file that Microsoft has is a tenth of this. */
const limits = { bytes: 16 * 1024 * 1024, depth: 100, elements: 1_000_000 };

/** The root of a document. Faults: `malformedBody`. */
export function readElement(bytes: Uint8Array): Element {
  const open: OpenElement[] = [{ name: '', attributes: {}, children: [], text: '' }];
  readXml(bytes, limits, () => ({
    open(name, attributes) {
      const element = { name, attributes, children: [], text: '' };
      open.at(-1)!.children.push(element);
      open.push(element);
    },
    text(piece) {
      open.at(-1)!.text += piece;
    },
    close() {
      open.pop();
    },
  }));
  return open[0]!.children[0]!;
}

/** The first of the elements in this one with a name. */
export function child(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((inner) => inner.name === name);
}

export function children(element: Element | undefined, name: string): Element[] {
  return element?.children.filter((inner) => inner.name === name) ?? [];
}

/** The text of the first element with a name, without blanks around it; undefined when there is none, or it is empty. */
export function textOf(element: Element | undefined, name: string): string | undefined {
  return child(element, name)?.text.trim() || undefined;
}
