import { expect, test } from 'vitest';
import type { Fault } from '../../../kernel/fault.ts';
import { ddfNode, ddfOf } from '../fixtures/ddf.ts';
import { zipOf } from '../fixtures/zip.ts';
import { readDdfZip } from './read-ddf-zip.ts';
import { readZippedXml } from './read-zip.ts';

const file = (name: string, node: string) => ({
  name,
  content: ddfOf(ddfNode({ name: node, path: './Device/Vendor/MSFT' })),
});

const paths = async (zip: Buffer) => (await readDdfZip(zip)).map(({ path }) => path);

/** How a zip file is refused. */
async function refusal(zip: Buffer): Promise<string> {
  const error = await readDdfZip(zip).catch((fault: Fault) => fault);
  return 'code' in error ? `${error.code} ${error.message}` : 'it was read';
}

test('every XML file is read, wherever it says that it lies', async () => {
  const zip = zipOf(
    { name: 'DDF/', content: '' },
    file('DDF/One.xml', 'One'),
    file('../../../etc/Two.XML', 'Two'),
    file('C:\\Three.xml', 'Three'),
    file('/One.xml', 'One'),
    { name: 'readme.txt', content: 'hello' },
  );
  expect(await paths(zip)).toEqual(['One', 'Two', 'Three'].map((name) => `./Device/Vendor/MSFT/${name}`));
});

const whole = zipOf(file('One.xml', 'One'), file('Two.xml', 'Two'));

test.each([
  ['nothing', Buffer.alloc(0), 'malformedBody It is no zip file that can be read: '],
  ['text', Buffer.from('hello'), 'malformedBody It is no zip file that can be read: '],
  [
    'the first half',
    whole.subarray(0, whole.length / 2),
    'malformedBody It is no zip file that can be read: ',
  ],
  ['all but the end', whole.subarray(0, -10), 'malformedBody It is no zip file that can be read: '],
  ['an empty zip file', zipOf(), 'malformedBody The zip file has no DDF files in it'],
  ['no XML', zipOf({ name: 'a.txt', content: 'a' }), 'malformedBody The zip file has no DDF files in it'],
  [
    'no nodes',
    zipOf({ name: 'a.xml', content: ddfOf() }),
    'malformedBody The zip file has no DDF files in it',
  ],
  [
    'one file of another kind',
    zipOf(file('One.xml', 'One'), { name: 'x/page.xml', content: '<html/>' }),
    'malformedBody x/page.xml in the zip file cannot be read. It is no DDF file: its root is <html> and not <MgmtTree>.',
  ],
  [
    'one file that is broken',
    zipOf(file('One.xml', 'One'), { name: 'b.xml', content: '<MgmtTree>' }),
    'malformedBody b.xml in the zip file cannot be read. The XML is wrong at line 1, column 10: unclosed tag',
  ],
  [
    'a size that is not so',
    zipOf({ ...file('One.xml', 'One'), claims: { size: 3 } }),
    'malformedBody It is no zip file that can be read: ',
  ],
  [
    'a checksum that is not so',
    zipOf({ ...file('One.xml', 'One'), claims: { crc: 1 } }),
    'malformedBody It is no zip file that can be read: ',
  ],
  [
    'an encrypted file',
    zipOf({ ...file('One.xml', 'One'), claims: { flags: 1 } }),
    'malformedBody It is no zip file that can be read: ',
  ],
  [
    'a bomb',
    zipOf(
      ...Array.from({ length: 10 }, (_, index) => ({
        name: `${index}.xml`,
        content: Buffer.alloc(15e6, ' '),
      })),
    ),
    'payloadTooLarge Unpacked, the zip file is larger than 134217728 bytes.',
  ],
  [
    'too many files',
    zipOf(...Array.from({ length: 5_001 }, (_, index) => ({ name: `${index}.txt`, content: '' }))),
    'payloadTooLarge The zip file has more than 5000 files.',
  ],
])('%s is refused', async (_, zip, expected) => {
  expect((await refusal(zip)).slice(0, expected.length)).toBe(expected);
});

test('no piece of a zip file makes anything but a refusal', async () => {
  for (let at = 0; at < whole.length; at += 3) {
    const broken = Buffer.from(whole);
    broken[at] = broken[at]! ^ 0x5a;
    await expect(readDdfZip(broken).then(() => 'read', refused)).resolves.toMatch(/^(read|refused)$/);
  }
});

function refused(error: unknown): string {
  if (error instanceof Error && error.name === 'Fault') return 'refused';
  throw error;
}

test('what is unpacked is counted, whatever the zip file claims', async () => {
  const zip = zipOf({ name: 'a.xml', content: Buffer.alloc(1_000) });
  await expect(readZippedXml(zip, { entries: 1, bytes: 999 })).rejects.toMatchObject({
    code: 'payloadTooLarge',
  });
  await expect(readZippedXml(zip, { entries: 1, bytes: 1_000 })).resolves.toHaveLength(1);
});
