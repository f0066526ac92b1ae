import type { Json } from '../../../kernel/json.ts';
import { readXmlTree, type XmlElement } from '../../../kernel/xml/xml-tree.ts';
import type { Format, NodeData, ReportedNode } from '../dm-command.ts';
import { shortDigest } from './command-ids.ts';

/** A digest of a node's value that is the same for all ways to write the value in its format. */
export function digestOfNode(format: Format, data: string): string {
  return shortDigest(canonical(format, data));
}

/** Whether the PC has the value whose digest is expected. What it says of the format does not count: some say none. */
export function isSameNode(format: Format, expected: string, { data }: Pick<ReportedNode, 'data'>): boolean {
  return digestOfNode(format, data) === expected;
}

/** Of what is sent. */
export function versionOf({ format, type, data }: NodeData): string {
  return shortDigest(format, type ?? '', data);
}

function canonical(format: Format, data: string): string {
  const text = data.trim();
  switch (format) {
    case 'int':
      return canonicalInteger(text);
    case 'bool':
      if (/^(true|1)$/i.test(text)) return 'true';
      return /^(false|0)$/i.test(text) ? 'false' : text;
    case 'float':
      return text === '' || Number.isNaN(Number(text)) ? text : String(Number(text));
    case 'b64':
    case 'bin':
      return text.replaceAll(/\s/g, '');
    default:
      return text.startsWith('<') ? canonicalXml(text) : data;
  }
}

/** Numbers of nodes go beyond 2^53, and no further than 64 bits: of millions of digits a number takes seconds to make. */
function canonicalInteger(text: string): string {
  const [, sign = '', digits = ''] = /^([+-]?)(0x[0-9a-f]{1,16}|\d{1,20})$/i.exec(text) ?? [];
  if (digits === '') return text;
  const number = BigInt(digits);
  return String(sign === '-' ? -number : number);
}

const limits = { bytes: 1_000_000, depth: 64, elements: 20_000 };

/** Group policies are several elements side by side, so they are read with one around them. What is no XML stands for itself. */
function canonicalXml(text: string): string {
  try {
    const content = text.replace(/^<\?xml[^>]*\?>/, '');
    return JSON.stringify(contentOf(readXmlTree(Buffer.from(`<all>${content}</all>`), limits)));
  } catch {
    return text;
  }
}

/** All that counts of an element, in one order. It is written once, as a whole: written level by level it would double with each. */
function contentOf({ name, namespace, attributes, children, text }: XmlElement): Json {
  const sorted = Object.entries(attributes).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return [namespace, name, sorted, text.trim(), children.map(contentOf)];
}
