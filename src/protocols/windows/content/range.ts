/** Octets of a file, without the one at `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The one part of a file that a `Range` header asks for; undefined for the whole file, also when several parts are asked for or the header is not
 * understood. https://www.rfc-editor.org/rfc/rfc9110#name-range
 */
export function readRange(header: string | undefined, size: number): Range | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^\s*bytes\s*=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    return Number(last) === 0 || size === 0
      ? 'unsatisfiable'
      : { start: Math.max(size - Number(last), 0), end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}
