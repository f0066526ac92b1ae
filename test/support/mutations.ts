import fc from 'fast-check';

/** A message with some of its octets changed, taken out, put in twice or cut off. */
export function mutationsOf(original: Uint8Array): fc.Arbitrary<Buffer> {
  return fc
    .array(
      fc.record({
        kind: fc.constantFrom('set', 'flip', 'remove', 'repeat', 'cut'),
        at: fc.nat(original.length - 1),
        octet: fc.oneof(fc.constantFrom(0, 0x80, 0xff, 0x30, 0x7f), fc.nat(255)),
        length: fc.integer({ min: 1, max: 20 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((changes) => {
      let bytes = Buffer.from(original);
      for (const { kind, at, octet, length } of changes) {
        if (at >= bytes.length) continue;
        if (kind === 'set') bytes[at] = octet;
        else if (kind === 'flip') bytes[at]! ^= 1 << (octet % 8);
        else if (kind === 'cut' && octet < 32) bytes = bytes.subarray(0, at);
        else {
          const kept = kind === 'remove' ? at + length : Math.max(at - length, 0);
          bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(kept)]);
        }
      }
      return bytes;
    });
}
