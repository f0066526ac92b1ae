/** Writes DER, which the library does too slowly for thousands of devices that sign every message. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), derLength(content.length), content]);
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const octets = Buffer.from(length.toString(16).padStart(8, '0'), 'hex');
  const significant = octets.subarray(octets.findIndex((octet) => octet !== 0));
  return Buffer.concat([Buffer.of(0x80 | significant.length), significant]);
}

export function derOid(text: string): Buffer {
  const [first, second, ...rest] = text.split('.').map(Number);
  return der(0x06, Buffer.from([first! * 40 + second!, ...rest.flatMap(base128)]));
}

function base128(arc: number): number[] {
  const digits = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
    digits.unshift((left % 128) | 0x80);
  }
  return digits;
}

/** A set is in the order of its encoded elements. */
export function derSorted(elements: readonly Buffer[]): Buffer[] {
  return [...elements].sort((one, other) => Buffer.compare(one, other));
}

/** The elements that a constructed element holds, each whole. */
export function elementsOf(element: Uint8Array): Buffer[] {
  const bytes = Buffer.from(element.buffer, element.byteOffset, element.byteLength);
  const found: Buffer[] = [];
  let { start: at } = spanOf(bytes, 0);
  while (at < bytes.length) {
    const { end } = spanOf(bytes, at);
    found.push(bytes.subarray(at, end));
    at = end;
  }
  return found;
}

function spanOf(bytes: Buffer, at: number): { readonly start: number; readonly end: number } {
  const first = bytes[at + 1]!;
  const count = first < 0x80 ? 0 : first & 0x7f;
  const length = count === 0 ? first : bytes.readUIntBE(at + 2, count);
  const start = at + 2 + count;
  return { start, end: start + length };
}
