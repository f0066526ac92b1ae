/** Which part of a list is asked for: `limit` entities after `offset`, in the order of one field. */
export interface Page<Field extends string> {
  readonly limit: number;
  readonly offset: number;
  readonly sort: { readonly field: Field; readonly descending: boolean };
}

export interface Listed<Item> {
  readonly items: readonly Item[];
  /** How many there are on all pages. */
  readonly total: number;
}

/** Text as a `like` pattern that finds it anywhere. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
