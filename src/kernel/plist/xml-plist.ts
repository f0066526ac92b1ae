import type { Fault } from '../fault.ts';
import { readXml, type XmlReader } from '../xml/read-xml.ts';
import { integerOf, isPlistInteger, plistLimits, shown, type PlistValue } from './plist-value.ts';

/** See `parsePlist`. */
export function parseXmlPlist(bytes: Uint8Array): PlistValue {
  // Around the arrays and dicts is <plist>, and inside of them a leaf.
  const limits = { ...plistLimits, depth: plistLimits.depth + 2 };
  return readXml(bytes, limits, plistReader).root();
}

type Container =
  | { readonly kind: 'array'; readonly items: PlistValue[] }
  | { readonly kind: 'dict'; readonly entries: Record<string, PlistValue>; key: string | undefined };

interface PlistReader extends XmlReader {
  readonly root: () => PlistValue;
}

function plistReader(faultHere: (what: string) => Fault): PlistReader {
  const containers: Container[] = [];
  let isInside = false;
  let root: PlistValue | undefined;
  let leaf: { readonly name: string; readonly type: LeafType } | undefined;
  let content = '';

  function add(value: PlistValue): void {
    const container = containers.at(-1);
    if (container?.kind === 'array') container.items.push(value);
    else if (container) {
      if (container.key === undefined) throw faultHere('a value in a <dict> has no <key> in front');
      container.entries[container.key] = value;
      container.key = undefined;
    } else {
      if (root !== undefined) throw faultHere('<plist> has more than one value');
      root = value;
    }
  }

  function addContainer(container: Container): void {
    add(container.kind === 'array' ? container.items : container.entries);
    containers.push(container);
    if (containers.length > plistLimits.depth) {
      throw faultHere(`arrays and dicts are nested more than ${plistLimits.depth} levels deep`);
    }
  }

  function setKey(key: string): void {
    const dict = containers.at(-1);
    if (dict?.kind !== 'dict') throw faultHere('a <key> is outside of a <dict>');
    if (dict.key !== undefined) throw faultHere(`the key '${shown(dict.key)}' has no value`);
    if (key in dict.entries) throw faultHere(`the key '${shown(key)}' appears twice in the same <dict>`);
    dict.key = key;
  }

  return {
    open(name, attributes) {
      if (leaf !== undefined) throw faultHere(`<${leaf.name}> holds another element`);
      const allowed = isInside ? undefined : 'version';
      if (Object.keys(attributes).some((attribute) => attribute !== allowed)) {
        throw faultHere('there is an attribute other than the version of <plist>');
      }
      if (!isInside) {
        if (name !== 'plist') throw faultHere('the outermost element is not <plist>');
        isInside = true;
      } else if (name === 'array') addContainer({ kind: 'array', items: [] });
      else if (name === 'dict') {
        addContainer({
          kind: 'dict',
          entries: Object.create(null) as Record<string, PlistValue>,
          key: undefined,
        });
      } else {
        const type = leafTypes.get(name);
        if (!type) throw faultHere(`property lists have no element <${shown(name)}>`);
        leaf = { name, type };
        content = '';
      }
    },
    text(piece) {
      if (leaf !== undefined) content += piece;
      else if (/[^ \t\r\n]/.test(piece)) throw faultHere('there is text between the elements');
    },
    close(name) {
      if (leaf !== undefined) {
        const value = leaf.type.read(content);
        if (value === undefined) throw faultHere(`<${name}> must hold ${leaf.type.holds}`);
        leaf = undefined;
        if (name === 'key') setKey(content);
        else add(value);
      } else if (name === 'plist') {
        if (root === undefined) throw faultHere('<plist> has no value');
      } else {
        const container = containers.pop();
        if (container?.kind === 'dict' && container.key !== undefined) {
          throw faultHere(`the key '${shown(container.key)}' has no value`);
        }
      }
    },
    root: () => root!,
  };
}

interface LeafType {
  readonly holds: string;
  readonly read: (content: string) => PlistValue | undefined;
}

const text: LeafType = { holds: 'text', read: (content) => content };

const leafTypes: ReadonlyMap<string, LeafType> = new Map([
  ['key', text],
  ['string', text],
  ['true', { holds: 'nothing', read: (content) => content === '' || undefined }],
  ['false', { holds: 'nothing', read: (content) => (content === '' ? false : undefined) }],
  ['integer', { holds: 'a whole number of 64 bits', read: (content) => integer(content.trim()) }],
  ['real', { holds: 'a number', read: (content) => real(content.trim()) }],
  ['date', { holds: 'a date like 2026-01-31T12:00:00Z', read: (content) => date(content.trim()) }],
  ['data', { holds: 'Base64', read: data }],
]);

function integer(text: string): number | bigint | undefined {
  const [, sign, digits] = /^([+-]?)(\d{1,20}|0[xX][0-9a-fA-F]{1,16})$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits);
  return isPlistInteger(value) ? integerOf(value) : undefined;
}

/** How Apple's tools spell what is not finite; they read it in any case. */
const notFinite: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ...['inf', '+inf', 'infinity', '+infinity'].map((name) => [name, Infinity] as const),
  ...['-inf', '-infinity'].map((name) => [name, -Infinity] as const),
]);

function real(text: string): number | undefined {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)
    ? Number(text)
    : notFinite.get(text.toLowerCase());
}

function date(text: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return undefined;
  const value = new Date(text);
  // February 30 is read as a day in March.
  return !Number.isNaN(value.getTime()) && value.toISOString() === text.replace('Z', '.000Z')
    ? value
    : undefined;
}

/** Readers differ in what they make of sloppy Base64, so there is one spelling: the standard alphabet, padded. */
function data(text: string): Uint8Array | undefined {
  const written = text.replaceAll(/[ \t\r\n]/g, '');
  const bytes = Buffer.from(written, 'base64');
  return bytes.toString('base64') === written ? new Uint8Array(bytes) : undefined;
}
