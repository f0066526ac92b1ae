/** The address of a node. */
export interface NodeUri {
  /** Decoded; the second is `Device`, `User` or what there is beside them. */
  readonly segments: readonly string[];
  /** The same for all spellings of the address. */
  readonly key: string;
}

/** Undefined for what addresses no node: without `./` in front, with white space around it, or with empty segments. */
export function parseUri(text: string): NodeUri | undefined {
  if (!text.startsWith('./') || text !== text.trim() || /\s/.test(text)) return undefined;
  const written = text.slice(2).split('/');
  if (written.includes('')) return undefined;
  let segments: string[];
  try {
    segments = written.map(decodeURIComponent);
  } catch {
    return undefined;
  }
  if (segments[0]!.toLowerCase() === 'vendor') segments.unshift('Device');
  return { segments, key: keyOf(segments) };
}

export function keyOf(segments: readonly string[]): string {
  return segments.map((segment) => encodeURIComponent(segment.toLowerCase())).join('/');
}
