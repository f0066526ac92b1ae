import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { Fault } from '../../../kernel/fault.ts';

/** How much a zip file may hold. Microsoft's has 313 files of 8 MB together. */
export interface ZipLimits {
  readonly entries: number;
  /** Of all files together, unpacked. */
  readonly bytes: number;
}

export interface ZippedFile {
  /** For people. It is whatever the zip file says. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** The files of a zip file that are XML by their names. Folders and paths mean nothing. Faults: `malformedBody`, `payloadTooLarge`. */
export async function readZippedXml(zip: Buffer, limits: ZipLimits): Promise<ZippedFile[]> {
  const opened = await attempt(() => fromBufferPromise(zip, { lazyEntries: true, decodeStrings: false }));
  if (opened.entryCount > limits.entries) {
    throw new Fault('payloadTooLarge', `The zip file has more than ${limits.entries} files.`);
  }
  const files: ZippedFile[] = [];
  let left = limits.bytes;
  for (const entry of await attempt(() => entriesOf(opened))) {
    const name = nameOf(entry);
    if (!/\.xml$/i.test(name)) continue;
    const bytes = await attempt(() => unpack(opened, entry, left));
    if (!bytes) {
      throw new Fault('payloadTooLarge', `Unpacked, the zip file is larger than ${limits.bytes} bytes.`);
    }
    left -= bytes.length;
    files.push({ name, bytes });
  }
  return files;
}

async function entriesOf(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(entry);
  return entries;
}

/** Undefined when it is larger than `most` bytes, whatever the zip file says about its size. */
async function unpack(zip: ZipFile, entry: Entry, most: number): Promise<Buffer | undefined> {
  const stream: Readable = await zip.openReadStreamPromise(entry);
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > most) return undefined;
    pieces.push(piece);
  }
  const bytes = Buffer.concat(pieces);
  if (crc32(bytes) !== entry.crc32) throw new Error(`the checksum of ${nameOf(entry)} is another one`);
  return bytes;
}

/** Any letters that the name may have are shown as they are in UTF-8, and what cannot be shown is left out. */
function nameOf(entry: Entry): string {
  const raw = Buffer.from(entry.fileName as unknown as Uint8Array);
  return raw
    .toString('utf8')
    .replaceAll(/[^\p{L}\p{N} ._/\\-]/gu, '?')
    .slice(-100);
}

/** The library throws plain errors for everything that is wrong with a zip file. */
async function attempt<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const why = (cause as Error).message.replace(/\.+$/, '');
    throw new Fault('malformedBody', `It is no zip file that can be read: ${why}.`, { cause });
  }
}
