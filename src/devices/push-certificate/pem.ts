/** One `-----BEGIN label----- … -----END label-----` of a PEM text (RFC 7468). */
export interface PemBlock {
  readonly label: string;
  /** What stands between the two lines, as it is. */
  readonly body: string;
  /** False where the END line of this label is missing. */
  readonly complete: boolean;
}

/**
 * Finds the blocks of a PEM text. Text around them ("Bag Attributes", a byte order mark) is skipped, and it does not
 * matter whether line ends survived the copying.
 */
export function pemBlocks(text: string): PemBlock[] {
  const boundaries = [...text.matchAll(/-----(BEGIN|END) ([^\r\n-]+)-----/g)];
  return boundaries.flatMap((begin, index): PemBlock[] => {
    if (begin[1] !== 'BEGIN') return [];
    const label = begin[2]!.trim();
    const end = boundaries[index + 1];
    if (end?.[1] !== 'END' || end[2]!.trim() !== label) return [{ label, body: '', complete: false }];
    return [{ label, body: text.slice(begin.index + begin[0].length, end.index), complete: true }];
  });
}

/** The bytes of a block's body, or undefined where it is not base64. Stricter than Node, which skips what it cannot read. */
export function decodePemBody(body: string): Buffer | undefined {
  const base64 = body.replace(/\s+/g, '');
  const valid = base64.length > 0 && base64.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(base64);
  return valid ? Buffer.from(base64, 'base64') : undefined;
}

export function encodePem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
