import { Fault } from '../../../../kernel/fault.ts';

/** The streams of a compound file (OLE), by their names as they are stored. */
export interface CompoundFile {
  /** Undefined when there is no such stream, or when it is larger than `limit` octets. */
  readonly read: (name: string, limit: number) => Buffer | undefined;
}

const signature = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const endOfChain = 0xffff_fffe;
const headerLength = 512;
const entryLength = 128;
const entriesInHeader = 109;

/**
 * Opens a compound file, which may be hostile: nothing outside of it is read, and a chain without an end is refused. Faults: `malformedBody`.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb/
 */
export function openCompoundFile(file: Buffer): CompoundFile {
  if (file.length < headerLength || !file.subarray(0, 8).equals(signature)) throw broken('has no header');
  const sectorShift = file.readUInt16LE(30);
  if (sectorShift !== 9 && sectorShift !== 12) throw broken('has sectors of an unknown size');
  const sectorSize = 2 ** sectorShift;
  const sector = (index: number): Buffer => {
    const start = (index + 1) * sectorSize;
    if (start >= file.length) throw broken('names a sector behind its end');
    return file.subarray(start, start + sectorSize);
  };
  const fat = tableOf(fatSectors(file, sector, sectorSize).map(sector));
  const chain = (first: number, limit: number) => joined(first, limit, { sector, next: fat, sectorSize });
  const miniFat = tableOf([chain(file.readUInt32LE(60), file.length)]);
  const directory = chain(file.readUInt32LE(48), file.length);
  const entries = entriesOf(directory, sectorShift === 9);
  const root = entries.find(({ type }) => type === 5);
  if (!root) throw broken('has no root');
  const smallest = file.readUInt32LE(56);
  let miniStream: Buffer | undefined;
  const miniSector = (index: number): Buffer => {
    miniStream ??= chain(root.first, Math.min(root.size, file.length));
    if ((index + 1) * 64 > miniStream.length + 63) throw broken('names a sector behind its end');
    return miniStream.subarray(index * 64, (index + 1) * 64);
  };
  return {
    read(name, limit) {
      const entry = entries.find((one) => one.type === 2 && one.name === name);
      if (!entry || entry.size > limit) return undefined;
      const bytes =
        entry.size < smallest
          ? joined(entry.first, entry.size, { sector: miniSector, next: miniFat, sectorSize: 64 })
          : chain(entry.first, entry.size);
      if (bytes.length < entry.size) throw broken('ends within a stream');
      return bytes.subarray(0, entry.size);
    },
  };
}

interface Entry {
  readonly name: string;
  /** 2 is a stream, 5 the root. */
  readonly type: number;
  readonly first: number;
  readonly size: number;
}

function entriesOf(directory: Buffer, isOldVersion: boolean): Entry[] {
  return Array.from({ length: Math.floor(directory.length / entryLength) }, (_, index) => {
    const entry = directory.subarray(index * entryLength, (index + 1) * entryLength);
    const nameLength = Math.min(entry.readUInt16LE(64), 64);
    const size = entry.readUInt32LE(120) + (isOldVersion ? 0 : entry.readUInt32LE(124) * 2 ** 32);
    return {
      name: entry.toString('utf16le', 0, Math.max(nameLength - 2, 0)),
      type: entry[66]!,
      first: entry.readUInt32LE(116),
      size,
    };
  });
}

/** The sectors that hold the allocation table: some are named in the header, the others in a chain. */
function fatSectors(file: Buffer, sector: (index: number) => Buffer, sectorSize: number): number[] {
  const count = file.readUInt32LE(44);
  if (count > file.length / sectorSize) throw broken('has more tables than sectors');
  const found: number[] = [];
  for (let index = 0; index < Math.min(count, entriesInHeader); index++) {
    found.push(file.readUInt32LE(76 + index * 4));
  }
  let next = file.readUInt32LE(68);
  while (found.length < count) {
    if (next >= endOfChain) throw broken('lacks a part of its table');
    const part = sector(next);
    for (let at = 0; at + 8 <= part.length && found.length < count; at += 4)
      found.push(part.readUInt32LE(at));
    if (part.length < sectorSize) throw broken('ends within its table');
    next = part.readUInt32LE(sectorSize - 4);
  }
  return found;
}

/** Which sector follows which. */
function tableOf(parts: readonly Buffer[]): (index: number) => number {
  const table = Buffer.concat(parts);
  return (index) => (index * 4 + 4 <= table.length ? table.readUInt32LE(index * 4) : endOfChain);
}

interface Sectors {
  readonly sector: (index: number) => Buffer;
  readonly next: (index: number) => number;
  readonly sectorSize: number;
}

/** At least `limit` octets of a chain, or all that there are. */
function joined(first: number, limit: number, { sector, next, sectorSize }: Sectors): Buffer {
  const parts: Buffer[] = [];
  const most = Math.ceil(limit / sectorSize);
  for (let index = first; index < endOfChain && parts.length < most; index = next(index)) {
    parts.push(sector(index));
  }
  return Buffer.concat(parts);
}

function broken(what: string): Fault {
  return new Fault('malformedBody', `The compound file ${what}.`);
}
