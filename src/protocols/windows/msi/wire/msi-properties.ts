import { Fault } from '../../../../kernel/fault.ts';
import { openCompoundFile } from './compound-file.ts';

/** The largest tables of packages that people make are a few megabytes. */
const largestTable = 32 * 1024 * 1024;

/**
 * The properties of a package of the Windows Installer: its table `Property`. Faults: `malformedBody`.
 * https://learn.microsoft.com/windows/win32/msi/property-table
 */
export function readMsiProperties(file: Buffer): Map<string, string> {
  const { read } = openCompoundFile(file);
  const table = (name: string) => {
    const bytes = read(storedName(name), largestTable);
    if (!bytes) throw new Fault('malformedBody', `The package has no table '${name}'.`);
    return bytes;
  };
  const pool = table('_StringPool');
  const strings = stringsOf(pool, table('_StringData'));
  // Packages with many strings count them with three octets.
  const width = pool.length >= 4 && (pool.readUInt32LE(0) & 0x8000_0000) !== 0 ? 3 : 2;
  const rows = table('Property');
  const count = Math.floor(rows.length / (2 * width));
  // A table is stored column by column.
  const text = (column: number, row: number) =>
    strings[rows.readUIntLE((column * count + row) * width, width)] ?? '';
  return new Map(Array.from({ length: count }, (_, row) => [text(0, row), text(1, row)]));
}

/** By their numbers, of which 0 is the empty one. */
function stringsOf(pool: Buffer, data: Buffer): string[] {
  const strings = [''];
  let offset = 0;
  for (let at = 4; at + 4 <= pool.length; at += 4) {
    let length = pool.readUInt16LE(at);
    const references = pool.readUInt16LE(at + 2);
    // The length of a long string stands in the place of the next one.
    if (length === 0 && references !== 0 && at + 8 <= pool.length) {
      at += 4;
      length = pool.readUInt16LE(at) + pool.readUInt16LE(at + 2) * 0x1_0000;
    }
    strings.push(data.toString('utf8', offset, offset + length));
    offset += length;
  }
  return strings;
}

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._';

/** Two letters of a table's name are stored as one, from U+3800 on, an odd one from U+4800 on; U+4840 stands in front. */
function storedName(name: string): string {
  let stored = '\u4840';
  for (let at = 0; at < name.length; at += 2) {
    const first = letters.indexOf(name[at]!);
    const second = at + 1 < name.length ? letters.indexOf(name[at + 1]!) : undefined;
    stored += String.fromCharCode(second === undefined ? 0x4800 + first : 0x3800 + first + second * 64);
  }
  return stored;
}
