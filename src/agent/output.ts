/** What a program writes, of which no more than `limit` octets are kept: the first half of them and the last. */
export interface KeptOutput {
  add(chunk: Uint8Array): void;
  /** The text, with a line in place of what was left out. What is no UTF-8 and what no JSON can hold is U+FFFD. */
  text(): string;
}

export function keptOutput(limit: number): KeptOutput {
  const half = Math.ceil(limit / 2);
  const head: Uint8Array[] = [];
  let headSize = 0;
  let tail: Uint8Array[] = [];
  let tailSize = 0;
  let total = 0;

  /** The last octets, as one piece. */
  function shrink(): void {
    const joined = Buffer.concat(tail);
    const kept = Buffer.from(joined.subarray(Math.max(0, joined.length - half)));
    tail = [kept];
    tailSize = kept.length;
  }

  return {
    add(chunk) {
      total += chunk.length;
      const room = Math.min(chunk.length, half - headSize);
      if (room > 0) {
        head.push(Uint8Array.from(chunk.subarray(0, room)));
        headSize += room;
      }
      if (room >= chunk.length) return;
      const rest = chunk.subarray(room);
      tail.push(Uint8Array.from(rest.subarray(Math.max(0, rest.length - half))));
      tailSize += Math.min(rest.length, half);
      // Only now and then, so that it costs little for each octet.
      if (tailSize > 4 * half || tail.length > 1_000) shrink();
    },
    text() {
      shrink();
      const left = total - headSize - tailSize;
      const [first, last] = [Buffer.concat(head), Buffer.concat(tail)];
      if (left === 0) return readable(Buffer.concat([first, last]));
      return `${readable(first)}\n… ${left} octets left out …\n${readable(last)}`;
    },
  };
}

function readable(octets: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets).replaceAll('\0', '\u{FFFD}');
}
