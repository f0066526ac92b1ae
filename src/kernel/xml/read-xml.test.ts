import { expect, test } from 'vitest';
import { Fault } from '../fault.ts';
import { readXml } from './read-xml.ts';

/** What a reader was told, or the fault. */
function read(
  document: string | Uint8Array,
  limits: { bytes?: number; depth?: number; elements?: number } = {},
) {
  const told: string[] = [];
  try {
    const all = { bytes: 1000, depth: 5, elements: 8, ...limits };
    readXml(typeof document === 'string' ? Buffer.from(document) : document, all, (faultHere) => ({
      open(name, attributes) {
        if (name === 'refused') throw faultHere('it is refused');
        const written = Object.entries(attributes).map(([key, value]) => ` ${key}=${value}`);
        told.push(`<${name}${written.join('')}>`);
      },
      text: (piece) => told.push(piece),
      close: (name) => told.push(`</${name}>`),
    }));
  } catch (error) {
    if (error instanceof Fault) return `${error.code} ${error.message}`;
    throw error;
  }
  return told.join('');
}

test.each([
  ['<a/>', '<a></a>'],
  [
    '<?xml version="1.0" encoding="utf-8"?>\n<!-- c -->\n<a x="1" p:y=\'&lt;2\'>b<![CDATA[<&]]>c</a>\n<?p i?>\n',
    '<a x=1 p:y=<2>b<&c</a>',
  ],
  ['<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;&#13;</a>', '<a><>&"\'A😀\r</a>'],
  ['<a>1\r\n2\r3</a>', '<a>1\n2\n3</a>'],
  ['\ufeff<a>ä</a>', '<a>ä</a>'],
  ['<!DOCTYPE a><a/>', '<a></a>'],
  ['<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', '<a></a>'],
  ['<!DOCTYPE a PUBLIC "-//x//[" \'http://example.com/">\' ><a/>', '<a></a>'],
  ['<!DOCTYPE a SYSTEM "x" []><a/>', '<a></a>'],
  ['<!DOCTYPE a PUBLIC "x" "y"\n\t[<?oma-dm-ddf-ver supported-versions="1.2"?> <?p ? ]?>]\n><a/>', '<a></a>'],
])('%s is read', (document, expected) => {
  expect(read(document)).toBe(expected);
});

test('a DOCTYPE of millions of characters is refused', () => {
  for (const [piece, count] of [
    ['<?p?>', 2_000_000],
    [' ', 10_000_000],
  ] as const) {
    const document = `<!DOCTYPE a [${piece.repeat(count)}]><a/>`;
    expect(read(document, { bytes: 20_000_000 })).toContain('the DOCTYPE does more than to name a DTD');
  }
});

test.each(['utf-16le', 'utf-16be'])('%s with a byte order mark is read', (encoding) => {
  const bytes = Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-16"?><a>ä€😀</a>', 'utf16le');
  expect(read(encoding === 'utf-16le' ? bytes : bytes.swap16())).toBe('<a>ä€😀</a>');
});

test.each([
  ['', 'line 1, column 0: document must contain a root element'],
  ['<a>', 'unclosed tag'],
  ['<a>\n<b>\n</a>', 'line 3, column 4: unexpected close tag'],
  ['<a/><b/>', 'documents may contain only one root'],
  ['<a/>x', 'line 1, column 5: text data outside of root node'],
  ['<a x="1" x="2"/>', 'duplicate attribute'],
  ['<a x=1/>', 'unquoted attribute value'],
  ['<a>\u0001</a>', 'line 1, column 4: disallowed character'],
  ['<a>&#0;</a>', 'malformed character entity'],
  ['<a>&#xD800;</a>', 'malformed character entity'],
  ['<a>&#x110000;</a>', 'malformed character entity'],
  ['<a>&nbsp;</a>', 'line 1, column 9: undefined entity'],
  ['<a>&constructor;</a>', 'undefined entity'],
  ['<a>&secret</a>', 'unclosed tag'],
  ['<?xml version="1.1"?><a/>', 'only XML 1.0 is read'],
  ['<?xml version="1.1"?><a b="c"/>', 'only XML 1.0 is read'],
  ['<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'the text is UTF-8, but declared as something else'],
  ['<?xml version="1.0" encoding="UTF-16"?><a/>', 'the text is UTF-8, but declared as something else'],
  ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'the DOCTYPE does more than to name a DTD'],
  ['<!DOCTYPE a [<?p?><!ENTITY b "c">]><a>&b;</a>', 'the DOCTYPE does more than to name a DTD'],
  ['<!DOCTYPE a [<!ENTITY % b SYSTEM "x"> %b;]><a/>', 'the DOCTYPE does more than to name a DTD'],
  ['<!DOCTYPE a [<!-- c -->]><a/>', 'the DOCTYPE does more than to name a DTD'],
  ['<!DOCTYPE a [<?p ?><a b="c"/>]><a/>', 'the DOCTYPE does more than to name a DTD'],
  ['<!DOCTYPE a b><a/>', 'the DOCTYPE does more than to name a DTD'],
  ['<!DOCTYPE a><!DOCTYPE a><a/>', 'inappropriately located doctype declaration'],
  ['<a>\n <refused/></a>', 'line 2, column 11: it is refused'],
  ['<a><a><a><a><a><a>', 'it is nested more than 5 levels deep'],
  [`<a>${'<b/>'.repeat(8)}</a>`, 'it has more than 8 elements'],
  ['<a b="" c="" d="" e="" f="" g="" h="" i="" j="" k', 'line 1, column 47: it has more than 8 elements'],
])('%j is refused', (document, expected) => {
  expect(read(document)).toMatch(/^malformedBody The XML is wrong at line \d+, column \d+: [^:]+\.$/);
  expect(read(document)).toContain(expected);
});

test('what is refused is not repeated', () => {
  expect(read('<a><hunter2></a>')).not.toContain('hunter');
  expect(read('<a hunter2="" hunter2=""/>')).not.toContain('hunter');
});

test.each([
  [Uint8Array.of(0x3c, 0x61, 0x3e, 0xff), 'The XML is not valid UTF-8.'],
  [Uint8Array.of(0xff, 0xfe, 0x3c), 'The XML is not valid UTF-16.'],
  [Uint8Array.of(0xfe, 0xff, 0xd8, 0x00, 0x00, 0x41), 'The XML is not valid UTF-16.'],
  [Buffer.alloc(1001), 'The XML is larger than 1000 bytes.'],
])('%j is refused as a whole', (bytes, message) => {
  expect(read(bytes)).toBe(`malformedBody ${message}`);
});

test.each([
  '<a ',
  '<a x="1" ',
  '<!--',
  '<![CDATA[',
  '&',
  '&#',
  ']]',
  '<!DOCTYPE a ',
  '<!DOCTYPE a [<?p ',
  '<?p ?',
  '<?p ',
  '<a>',
])('is not slow when %j comes a hundred thousand times', (piece) => {
  expect(read(`<a>${piece.repeat(100_000)}`, { bytes: 10_000_000 })).toMatch(/^malformedBody/);
  expect(read(piece.repeat(100_000), { bytes: 10_000_000 })).toMatch(/^malformedBody/);
});
