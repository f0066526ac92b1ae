import { bytesOfBase64 } from '../../kernel/base64.ts';
import type { Json } from '../../kernel/json.ts';
import { isAnyPolicy, nodeFormats, type CspNode, type NodeFormat } from './node.ts';

/** A value as it travels; null where the format has none. */
export interface SentValue {
  readonly format: NodeFormat;
  readonly data: string | null;
  /** The node is not known: the format was taken from the look of the value. */
  readonly guessed: boolean;
}

/** A value as policies have it: bare, or with the format that the policy says. */
export interface WantedValue {
  readonly format: NodeFormat | undefined;
  readonly data: string | number | boolean;
}

/**
 * How a policy's value is sent to a node: a bare number, text or Boolean in the node's own format, `{format, data}` as it says where the
 * node does not know better. A value that its node does not take is sent as it is written, so that the device refuses it by name. Undefined
 * for what is no value at all: a secret has to be opened before.
 */
export function nodeFormat(node: CspNode | undefined, value: Json): SentValue | undefined {
  const wanted = wantedValue(value);
  if (!wanted) return undefined;
  const guessed = node === undefined || isAnyPolicy(node);
  const format = guessed ? (wanted.format ?? formatByLook(wanted.data)) : formatFor(node.format, wanted);
  const data = dataOf(guessed ? { format } : { ...node, format }, wanted.data) ?? String(wanted.data);
  const isEmpty = data === '' && (format === 'null' || format === 'node');
  return { format, data: isEmpty ? null : data, guessed };
}

/** A value with its format; undefined when it is in no form that a policy may have. */
export function wantedValue(value: Json): WantedValue | undefined {
  if (typeof value !== 'object') return { format: undefined, data: value };
  if (value === null || Array.isArray(value)) return undefined;
  const { format, data } = value;
  if (typeof data !== 'string' && typeof data !== 'number' && typeof data !== 'boolean') return undefined;
  return { format: formatOfName(format), data };
}

/** Microsoft Graph has a type for what OMA calls a time. */
function formatOfName(name: Json | undefined): NodeFormat | undefined {
  return name === 'dateTime' ? 'time' : nodeFormats.find((format) => format === name);
}

/** Digits alone do not say whether a value is a number; but most policies are. */
function formatByLook(data: WantedValue['data']): NodeFormat {
  if (typeof data === 'boolean') return 'bool';
  return /^-?\d+$/.test(String(data)) ? 'int' : 'chr';
}

const binary: ReadonlySet<NodeFormat> = new Set(['b64', 'bin']);

/** A node's own format, but for bytes that a policy says to be bytes. */
export function formatFor(format: NodeFormat, wanted: WantedValue): NodeFormat {
  return wanted.format === 'b64' && !binary.has(format) ? 'b64' : format;
}

/** The value as text of the format; undefined when it is none. */
export function dataOf(
  node: Pick<CspNode, 'format' | 'allowed'>,
  value: WantedValue['data'],
): string | undefined {
  const text = String(value).trim();
  switch (node.format) {
    case 'int':
      return typeof value === 'boolean' ? undefined : integerOf(text, node.allowed?.kind === 'flags');
    case 'bool':
      return booleanOf(text.toLowerCase(), node);
    case 'b64':
    case 'bin':
      return bytesOfBase64(text)?.toString('base64');
    case 'null':
      return '';
    case 'node':
      return text === '' ? '' : undefined;
    default:
      return String(value);
  }
}

function integerOf(text: string, isFlags: boolean): string | undefined {
  if (isFlags && /^0x[\da-f]{1,16}$/i.test(text)) return String(BigInt(text));
  return /^[+-]?\d{1,20}$/.test(text) ? String(BigInt(text.replace('+', ''))) : undefined;
}

const spellings = [
  ['false', '0'],
  ['true', '1'],
] as const;

/** In the words that the node lists, which may be digits. */
function booleanOf(text: string, { allowed }: Pick<CspNode, 'allowed'>): string | undefined {
  const spelt = spellings.find((words) => words.some((word) => word === text));
  if (!spelt) return undefined;
  const listed = allowed?.kind === 'enum' ? Object.keys(allowed.values) : [];
  return listed.find((value) => spelt.some((word) => word === value.toLowerCase())) ?? spelt[0];
}
