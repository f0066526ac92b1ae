import type { AllowedValues, CspNode, NodeFormat } from '../node.ts';
import { child, children, textOf, type Element } from './element.ts';

/** These formats have no text of which a list or a pattern could say which it may be. */
const unchecked: ReadonlySet<NodeFormat> = new Set(['node', 'null', 'b64', 'bin', 'xml']);

/** What `MSFT:AllowedValues` says, as far as values can be checked by it. */
export function allowedValues(
  element: Element | undefined,
  prefix: string,
  format: NodeFormat,
): Pick<CspNode, 'allowed' | 'delimiter'> {
  if (!element || unchecked.has(format)) return {};
  const allowed = allowedOf(element, prefix);
  const delimiter = child(element, `${prefix}List`)?.attributes['Delimiter'];
  return {
    ...(allowed && { allowed }),
    ...(delimiter !== undefined && delimiter !== '' && { delimiter: separatorOf(delimiter) }),
  };
}

function allowedOf(element: Element, prefix: string): AllowedValues | undefined {
  const text = textOf(element, `${prefix}Value`);
  switch (element.attributes['ValueType']) {
    case 'ENUM':
      return listOf('enum', element, prefix);
    case 'Flag':
      return listOf('flags', element, prefix);
    case 'Range':
      return text === undefined ? undefined : rangeOf(text);
    case 'RegEx':
      return text === undefined ? undefined : { kind: 'pattern', pattern: text };
    case 'ADMX': {
      const policy = child(element, `${prefix}AdmxBacked`)?.attributes['Name'];
      return { kind: 'admx', ...(policy !== undefined && policy !== '' && { policy }) };
    }
    default:
      return undefined;
  }
}

function listOf(kind: 'enum' | 'flags', element: Element, prefix: string): AllowedValues | undefined {
  const values = children(element, `${prefix}Enum`).flatMap((item) => {
    const value = child(item, `${prefix}Value`)?.text.trim();
    return value === undefined
      ? []
      : [[value, meaningOf(textOf(item, `${prefix}ValueDescription`))] as const];
  });
  return values.length === 0 ? undefined : { kind, values: Object.fromEntries(values) };
}

/** Some are whole paragraphs; the first sentence says what the value does. */
function meaningOf(description = ''): string {
  const [first = ''] = description.split(/(?<=\.)\s/);
  return first.replace(/\.$/, '').slice(0, 100);
}

/** `[0-1440]`, `[(-1)-4294967295]`, and once with a comma. */
function rangeOf(text: string): AllowedValues | undefined {
  const found = /^\[\s*\(?(-?\d+)\)?\s*[-,]\s*\(?(-?\d+)\)?\s*\]$/.exec(text);
  return found ? { kind: 'range', from: Number(found[1]), to: Number(found[2]) } : undefined;
}

/** Group policies separate by a character of the private area, which DDF files write in two ways. */
function separatorOf(delimiter: string): string {
  return /^\\?0xF000$/i.test(delimiter) || /^\\xF000$/i.test(delimiter) ? '\uf000' : delimiter;
}
