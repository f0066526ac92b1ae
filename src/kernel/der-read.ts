import { Fault } from './fault.ts';

/**
 * One value of a message in ASN.1's basic or distinguished encoding rules (ITU-T X.690). It is a view into the message: what is inside is
 * read when it is asked for.
 */
export interface Der {
  /** The identifier octet: class, constructed bit and tag number. */
  readonly tag: number;
  /** What the value holds, without identifier and length. */
  readonly content: Uint8Array;
  /** The value as it was sent. */
  readonly raw: Uint8Array;
  /** How many values it lies in. */
  readonly depth: number;
  /** The message, and where in it the content begins and ends. */
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** Identifier octets. */
export const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  sequence: 0x30,
  set: 0x31,
} as const;

const constructed = 0x20;
/** A CMS message with a certificate in it is about 12 deep. */
const deepest = 24;

/** Reads the one value that `bytes` are. Faults: `malformedBody`. */
export function readDer(bytes: Uint8Array): Der {
  const value = readAt(bytes, 0, bytes.length, 0);
  if (value.end !== bytes.length) throw malformed('more bytes follow the value');
  return value;
}

/** The values that a constructed value holds. Faults: `malformedBody`. */
export function childrenOf(value: Der): Der[] {
  if ((value.tag & constructed) === 0) throw malformed(`tag ${value.tag} holds no other values`);
  const children: Der[] = [];
  const { bytes, from, to, depth } = value;
  for (let at = from; at < to;) {
    const child = readAt(bytes, at, to, depth + 1);
    children.push(child);
    at = child.end;
  }
  return children;
}

/** The value, which must have this tag. Faults: `malformedBody`. */
export function expectTag(value: Der | undefined, tag: number): Der {
  if (!value) throw malformed(`a value of tag ${tag} is missing`);
  if (value.tag !== tag) throw malformed(`tag ${tag} is expected, not ${value.tag}`);
  return value;
}

export function sequenceOf(value: Der | undefined): Der[] {
  return childrenOf(expectTag(value, tags.sequence));
}

export function setOf(value: Der | undefined): Der[] {
  return childrenOf(expectTag(value, tags.set));
}

/** The one value in an explicitly tagged one. Faults: `malformedBody`. */
export function taggedIn(value: Der | undefined, tag: number): Der {
  const [inner, ...more] = childrenOf(expectTag(value, tag));
  if (!inner || more.length > 0) throw malformed(`tag ${tag} must hold one value`);
  return inner;
}

/** An object identifier in dotted form. Faults: `malformedBody`. */
export function oidOf(value: Der | undefined): string {
  const { bytes, from, to } = expectTag(value, tags.objectIdentifier);
  if (from === to || to - from > 64 || bytes[to - 1]! >= 0x80) {
    throw malformed('an object identifier is cut off');
  }
  let text = '';
  let arc = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    arc = arc * 128 + (byte & 0x7f);
    if (arc > 0xffff_ffff_ffff) throw malformed('an object identifier is too large');
    if (byte >= 0x80) continue;
    if (text === '') {
      // The first two arcs are one number, and only those below 2 have less than 40 others below them.
      const first = Math.min(Math.floor(arc / 40), 2);
      text = `${first}.${arc - first * 40}`;
    } else text += `.${arc}`;
    arc = 0;
  }
  return text;
}

/** A small non-negative integer. Faults: `malformedBody`. */
export function smallIntegerOf(value: Der | undefined): number {
  const { content } = expectTag(value, tags.integer);
  if (content.length === 0 || content.length > 4 || content[0]! >= 0x80)
    throw malformed('an integer is out of range');
  return content.reduce((number, byte) => number * 256 + byte, 0);
}

/**
 * The bytes of an octet string that has this tag, or is sent in pieces with the tag's constructed form. Faults: `malformedBody`.
 */
export function octetsOf(value: Der | undefined, tag: number = tags.octetString): Uint8Array {
  if (value?.tag !== (tag | constructed)) return expectTag(value, tag).content;
  const pieces = childrenOf(value).map((piece) => octetsOf(piece));
  const octets = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    octets.set(piece, at);
    at += piece.length;
  }
  return octets;
}

/** The bytes of a bit string of whole octets. Faults: `malformedBody`. */
export function bitsOf(value: Der | undefined): Uint8Array {
  const { content } = expectTag(value, tags.bitString);
  if (content[0] !== 0) throw malformed('a bit string is not of whole octets');
  return content.subarray(1);
}

const texts: ReadonlySet<number> = new Set([
  tags.utf8String,
  tags.printableString,
  tags.teletexString,
  tags.ia5String,
]);

/** A text of one of the kinds that hold ASCII alike. Faults: `malformedBody`. */
export function textOf(value: Der | undefined): string {
  if (!value || !texts.has(value.tag)) throw malformed('a text is expected');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value.content);
  } catch {
    throw malformed('a text is not UTF-8');
  }
}

/** Of most values only few octets are looked at, and each part of an array that is made takes as long as to read a value. */
class View implements Der {
  readonly tag: number;
  readonly depth: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly from: number;
  readonly to: number;
  /** Where the value ends in the message. */
  readonly end: number;

  constructor(bytes: Uint8Array, start: number, from: number, to: number, end: number, depth: number) {
    this.tag = bytes[start]!;
    this.depth = depth;
    this.bytes = bytes;
    this.start = start;
    this.from = from;
    this.to = to;
    this.end = end;
  }

  get content(): Uint8Array {
    return this.bytes.subarray(this.from, this.to);
  }

  get raw(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }
}

/** The value that begins at `start`, in what ends at `limit`. */
function readAt(bytes: Uint8Array, start: number, limit: number, depth: number): View {
  if (depth > deepest) throw malformed('the values are nested too deep');
  if (start + 2 > limit) throw malformed('a value is cut off');
  const tag = bytes[start]!;
  const first = bytes[start + 1]!;
  if ((tag & 0x1f) === 0x1f) throw malformed('a tag number is too large');
  if (first === 0x80) return readIndefinite(bytes, start, limit, depth);
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  if (lengthOctets > 4) throw malformed('a length is too large');
  const from = start + 2 + lengthOctets;
  if (from > limit) throw malformed('a length is cut off');
  let length = first < 0x80 ? first : 0;
  for (let at = start + 2; at < from; at++) length = length * 256 + bytes[at]!;
  if (length > limit - from) throw malformed('a value is longer than what holds it');
  return new View(bytes, start, from, from + length, from + length, depth);
}

/** A value that ends where an end-of-contents mark stands: senders use it who do not know the length beforehand. */
function readIndefinite(bytes: Uint8Array, start: number, limit: number, depth: number): View {
  const tag = bytes[start]!;
  if ((tag & constructed) === 0) throw malformed('a plain value has no length');
  const from = start + 2;
  let to = from;
  while (to + 2 > limit || bytes[to] !== 0 || bytes[to + 1] !== 0)
    to = readAt(bytes, to, limit, depth + 1).end;
  return new View(bytes, start, from, to, to + 2, depth);
}

function malformed(problem: string): Fault {
  return new Fault('malformedBody', `The message is not well-formed ASN.1: ${problem}.`);
}
