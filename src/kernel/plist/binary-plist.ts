import { Fault } from '../fault.ts';
import {
  integerOf,
  isPlistDate,
  isPlistInteger,
  plistLimits,
  shown,
  unholdable,
  type PlistValue,
} from './plist-value.ts';

/**
 * A binary list is a heap: objects, then a table of their offsets, then a trailer that says how wide offsets and references are and which object
 * is the outermost. See Apple's CFBinaryPList.c.
 */
interface Heap {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly offsetSize: number;
  readonly referenceSize: number;
  readonly objects: number;
  /** Where the table starts, and the objects end. */
  readonly table: number;
}

const header = 8;
const trailer = 32;

/** See `parsePlist`. */
export function parseBinaryPlist(bytes: Uint8Array): PlistValue {
  if (bytes.length > plistLimits.bytes) {
    throw new Fault('malformedBody', `The property list is larger than ${plistLimits.bytes} bytes.`);
  }
  if (bytes.length < header + trailer) throw faultAt(bytes.length, 'it ends too early');
  if (bytes[6] !== 0x30 || bytes[7] !== 0x30) throw faultAt(6, 'the version is not 00');
  const start = bytes.length - trailer;
  const heap: Heap = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    offsetSize: bytes[start + 6]!,
    referenceSize: bytes[start + 7]!,
    objects: unsigned(bytes, start + 8, 8),
    table: unsigned(bytes, start + 24, 8),
  };
  const sizes = [heap.offsetSize, heap.referenceSize];
  if (!sizes.every((size) => size >= 1 && size <= 8) || heap.table < header) {
    throw faultAt(start, 'the trailer is wrong');
  }
  if (heap.table + heap.objects * heap.offsetSize !== start) {
    throw faultAt(start, 'the table of objects does not end where the trailer begins');
  }
  const top = unsigned(bytes, start + 16, 8);
  return valueOf(heap, { open: new Set(), leaves: new Map(), values: 0, bytes: 0 }, top, start + 16);
}

/**
 * How far the reading is. An object may be referred to many times; what a list comes to when written out is bounded, so that a small one that
 * doubles at each level is refused.
 */
interface Walk {
  /** The arrays and dicts around the current object. */
  readonly open: Set<number>;
  readonly leaves: Map<number, Leaf>;
  values: number;
  bytes: number;
}

interface Leaf {
  readonly value: PlistValue;
  readonly bytes: number;
}

/** The object `reference`, which was found at byte `from`. */
function valueOf(heap: Heap, walk: Walk, reference: number, from: number): PlistValue {
  if (reference >= heap.objects) throw faultAt(from, `there is no object ${reference}`);
  const entry = heap.table + reference * heap.offsetSize;
  const at = unsigned(heap.bytes, entry, heap.offsetSize);
  if (at < header || at >= heap.table) throw faultAt(entry, 'the offset is outside of the objects');
  walk.values++;
  if (walk.values > plistLimits.elements) {
    throw faultAt(at, `it comes to more than ${plistLimits.elements} values`);
  }
  const kind = heap.bytes[at]! >> 4;
  if (kind !== 0xa && kind !== 0xd) {
    const leaf = walk.leaves.get(reference) ?? leafAt(heap, at);
    walk.leaves.set(reference, leaf);
    walk.bytes += leaf.bytes;
    if (walk.bytes > plistLimits.bytes) {
      throw faultAt(at, `it comes to more than ${plistLimits.bytes} bytes`);
    }
    return leaf.value;
  }
  if (walk.open.has(reference)) throw faultAt(at, 'an array or dict contains itself');
  if (walk.open.size >= plistLimits.depth) {
    throw faultAt(at, `arrays and dicts are nested more than ${plistLimits.depth} levels deep`);
  }
  walk.open.add(reference);
  const value = kind === 0xa ? arrayAt(heap, walk, at) : dictAt(heap, walk, at);
  walk.open.delete(reference);
  return value;
}

function arrayAt(heap: Heap, walk: Walk, at: number): PlistValue {
  const { start, count } = extentAt(heap, at, heap.referenceSize);
  const items: PlistValue[] = [];
  for (let index = 0; index < count; index++) items.push(referredAt(heap, walk, start, index));
  return items;
}

function dictAt(heap: Heap, walk: Walk, at: number): PlistValue {
  const { start, count } = extentAt(heap, at, 2 * heap.referenceSize);
  const entries = Object.create(null) as Record<string, PlistValue>;
  for (let index = 0; index < count; index++) {
    const key = referredAt(heap, walk, start, index);
    if (typeof key !== 'string') throw faultAt(at, 'a key is not a string');
    if (key in entries) throw faultAt(at, `the key '${shown(key)}' appears twice in the same dict`);
    entries[key] = referredAt(heap, walk, start, count + index);
  }
  return entries;
}

function referredAt(heap: Heap, walk: Walk, start: number, index: number): PlistValue {
  const at = start + index * heap.referenceSize;
  return valueOf(heap, walk, unsigned(heap.bytes, at, heap.referenceSize), at);
}

function leafAt(heap: Heap, at: number): Leaf {
  const marker = heap.bytes[at]!;
  if (marker === 0x08 || marker === 0x09) return { value: marker === 0x09, bytes: 1 };
  switch (marker >> 4) {
    case 0x1:
      if (marker <= 0x14) return numberOf(heap, at, 1 << (marker & 0xf), integerAt);
      break;
    case 0x2:
      if (marker === 0x22) return numberOf(heap, at, 4, ({ view }, start) => view.getFloat32(start));
      if (marker === 0x23) return numberOf(heap, at, 8, ({ view }, start) => view.getFloat64(start));
      break;
    case 0x3:
      if (marker === 0x33) return numberOf(heap, at, 8, dateAt);
      break;
    case 0x4: {
      const { start, count } = extentAt(heap, at, 1);
      return { value: new Uint8Array(heap.bytes.subarray(start, start + count)), bytes: count };
    }
    case 0x5:
    case 0x6: {
      const size = marker >> 4 === 0x5 ? 1 : 2;
      const { start, count } = extentAt(heap, at, size);
      const value = textOf(heap.bytes.subarray(start, start + count * size), size, at);
      return { value, bytes: count * size };
    }
  }
  throw faultAt(at, `property lists have no object of type 0x${marker.toString(16).padStart(2, '0')}`);
}

function numberOf(
  heap: Heap,
  at: number,
  size: number,
  read: (heap: Heap, start: number, size: number) => PlistValue,
): Leaf {
  if (at + 1 + size > heap.table) throw faultAt(at, 'the object ends outside of the objects');
  return { value: read(heap, at + 1, size), bytes: size };
}

/** Only integers of 8 and 16 bytes have a sign. */
function integerAt({ bytes, view }: Heap, start: number, size: number): number | bigint {
  if (size <= 4) return unsigned(bytes, start, size);
  const value =
    size === 8 ? view.getBigInt64(start) : (view.getBigInt64(start) << 64n) | view.getBigUint64(start + 8);
  if (!isPlistInteger(value)) throw faultAt(start, 'the integer has more than 64 bits');
  return integerOf(value);
}

/** Seconds from 2001-01-01T00:00:00Z to 1970. */
const epoch = 978_307_200;

function dateAt({ view }: Heap, start: number): Date {
  const value = new Date(Math.round((view.getFloat64(start) + epoch) * 1000));
  if (!isPlistDate(value)) throw faultAt(start, 'the date is not of the years 0 to 9999');
  return value;
}

function textOf(bytes: Uint8Array, size: number, at: number): string {
  let text: string;
  if (size === 1) {
    text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    if (/[\u0080-\u00ff]/.test(text)) throw faultAt(at, 'the string is not ASCII');
  } else {
    try {
      text = new TextDecoder('utf-16be', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw faultAt(at, 'the string is not UTF-16');
    }
  }
  const character = unholdable(text);
  if (character) throw faultAt(at, `the string contains ${character}, which a property list cannot hold`);
  return text;
}

/** How many there are of what takes `size` bytes each, and where they start. The count is in the marker, or an integer after it. */
function extentAt({ bytes, table }: Heap, at: number, size: number): { start: number; count: number } {
  let start = at + 1;
  let count = bytes[at]! & 0xf;
  if (count === 0xf) {
    const marker = start < table ? bytes[start]! : 0;
    const width = 1 << (marker & 0xf);
    if (marker < 0x10 || marker > 0x13 || start + 1 + width > table)
      throw faultAt(start, 'there is no count');
    count = unsigned(bytes, start + 1, width);
    start += 1 + width;
  }
  if (start + count * size > table) throw faultAt(at, 'the object ends outside of the objects');
  return { start, count };
}

/** Big endian. Beyond 2^53 it is not exact, which is far outside of any list. */
function unsigned(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let index = at; index < at + size; index++) value = value * 256 + bytes[index]!;
  return value;
}

function faultAt(at: number, what: string): Fault {
  return new Fault('malformedBody', `The binary property list is wrong at byte ${at}: ${what}.`);
}
