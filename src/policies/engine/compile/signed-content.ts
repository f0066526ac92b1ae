/** The type of what is signed: `data`, 1.2.840.113549.1.7.1, as BER writes it. */
const dataType = Buffer.from('06092a864886f70d010701', 'hex');

const sequence = 0x30;
const contentTag = 0xa0;
const octetString = 0x04;
const octetStringInPieces = 0x24;

/**
 * What a CMS SignedData (RFC 5652) holds; undefined when there is none. Tools that sign a stream write it in pieces, with lengths in between.
 * Nothing is verified.
 */
export function signedContent(bytes: Buffer): Buffer | undefined {
  const type = bytes[0] === sequence ? bytes.indexOf(dataType) : -1;
  if (type < 0) return undefined;
  const content = elementAt(bytes, type + dataType.length);
  if (content?.tag !== contentTag) return undefined;
  const octets = elementAt(bytes, content.start);
  if (octets?.tag === octetString) return bytes.subarray(octets.start, octets.end);
  if (octets?.tag !== octetStringInPieces) return undefined;
  const pieces: Buffer[] = [];
  let at = octets.start;
  while (at < octets.end) {
    const piece = elementAt(bytes, at);
    if (piece?.tag !== octetString) break;
    pieces.push(bytes.subarray(piece.start, piece.end));
    at = piece.end;
  }
  return Buffer.concat(pieces);
}

interface Element {
  readonly tag: number;
  readonly start: number;
  /** Of all bytes when the length is indefinite. */
  readonly end: number;
}

function elementAt(bytes: Buffer, at: number): Element | undefined {
  const [tag, first] = bytes.subarray(at, at + 2);
  if (tag === undefined || first === undefined) return undefined;
  if (first === 0x80) return { tag, start: at + 2, end: bytes.length };
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  const start = at + 2 + lengthBytes;
  const length = bytes.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  const end = start + (lengthBytes === 0 ? first : length);
  return end <= bytes.length ? { tag, start, end } : undefined;
}
