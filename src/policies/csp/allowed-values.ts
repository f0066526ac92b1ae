import { RE2JS } from 're2js';
import type { AllowedValues, CspNode, NodeFormat } from './node.ts';
import { dataOf, formatFor, type WantedValue } from './value.ts';

/**
 * What a value would have to be to be one that its node takes, for people: `must be a whole number from 4 to 16`. Undefined when it is one, or
 * when that cannot be told. It does not repeat the value, which may be a secret.
 */
export function mismatch(node: CspNode, value: WantedValue): string | undefined {
  const format = formatFor(node.format, value);
  if (format !== node.format) {
    return dataOf({ format }, value.data) === undefined ? `must be ${inFormat[format]}` : undefined;
  }
  const data = dataOf(node, value.data);
  return data !== undefined && fits(node, data) ? undefined : `must be ${takenBy(node)}`;
}

function fits({ format, allowed, delimiter }: CspNode, data: string): boolean {
  if (!allowed || takes(format, allowed, data)) return true;
  if (delimiter === undefined) return false;
  const items = data.split(delimiter).map((item) => item.trim());
  return items.every((item) => item === '' || takes(format, allowed, item));
}

function takes(format: NodeFormat, allowed: AllowedValues, data: string): boolean {
  switch (allowed.kind) {
    case 'enum':
      return isOneOf(format, Object.keys(allowed.values), data);
    case 'flags':
      return isSumOf(Object.keys(allowed.values), data);
    case 'range': {
      const number = Number(data);
      return /^[+-]?\d+$/.test(data.trim()) && number >= allowed.from && number <= allowed.to;
    }
    case 'pattern':
      return patternOf(allowed.pattern)?.matcher(data).find() ?? true;
    case 'admx':
      return /<(?:enabled|disabled)\b/i.test(data);
  }
}

function isOneOf(format: NodeFormat, values: readonly string[], data: string): boolean {
  if (format !== 'int') return values.some((value) => value.toLowerCase() === data.toLowerCase());
  const numbers = new Set(values.map(numberOf));
  return numbers.has(undefined) || numbers.has(numberOf(data));
}

function isSumOf(bits: readonly string[], data: string): boolean {
  const sum = numberOf(data);
  if (sum === undefined) return false;
  const known = bits.map(numberOf).filter((bit) => bit !== undefined);
  const all = known.reduce((left, right) => left | right, 0n);
  return known.length < bits.length || (sum >= 0n && (sum & ~all) === 0n);
}

function numberOf(text: string): bigint | undefined {
  const digits = dataOf({ format: 'int', allowed: { kind: 'flags', values: {} } }, text);
  return digits === undefined ? undefined : BigInt(digits);
}

/** The library takes time in proportion to the text, whatever the pattern. One that it cannot read checks nothing. */
function patternOf(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}

const inFormat: Readonly<Record<NodeFormat, string>> = {
  int: 'a whole number',
  bool: 'true or false',
  chr: 'text',
  b64: 'bytes in Base64',
  bin: 'bytes in Base64',
  xml: 'XML',
  null: 'empty: the node takes no value',
  node: 'empty: the node holds other nodes and takes no value',
  time: 'a time',
  date: 'a date',
  float: 'a number',
};

/** What a node takes, for people: `a whole number from 4 to 16`. */
export function takenBy({ format, allowed, delimiter }: CspNode): string {
  const one = allowed ? describe(format, allowed) : inFormat[format];
  if (!allowed || delimiter === undefined) return one;
  return `${one}, or several of them with '${shown(delimiter)}' between them`;
}

/** The separator of group policies is a character that nobody can see. */
function shown(delimiter: string): string {
  return delimiter === '\uf000' ? '&#xF000;' : delimiter;
}

function describe(format: NodeFormat, allowed: AllowedValues): string {
  switch (allowed.kind) {
    case 'enum':
      return format === 'bool' ? inFormat.bool : listed(allowed.values, 'one of');
    case 'flags':
      return listed(allowed.values, 'a sum of');
    case 'range':
      return `a whole number from ${allowed.from} to ${allowed.to}`;
    case 'pattern':
      return `text that fits the pattern ${allowed.pattern}`;
    case 'admx':
      return `<enabled/> with the <data> elements of the group policy${allowed.policy ? ` ${allowed.policy}` : ''}, or <disabled/>`;
  }
}

const namedAtMost = 12;

function listed(values: Readonly<Record<string, string>>, of: string): string {
  const all = Object.entries(values);
  const named = all
    .slice(0, namedAtMost)
    .map(([value, meaning]) => (meaning ? `${value} (${meaning})` : value));
  if (all.length > namedAtMost) named.push('…');
  return all.length === 1 ? named[0]! : `${of} ${named.join(', ')}`;
}
