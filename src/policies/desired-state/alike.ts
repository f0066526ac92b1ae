/**
 * What `make` makes of each item. It is called once for items of which all parts are the same, which then share the result: of many
 * devices, most are alike. Objects are the same part when they are one object.
 */
export function onceForAlike<Item, Result>(
  items: readonly Item[],
  partsOf: (item: Item, index: number) => readonly unknown[],
  make: (item: Item, index: number) => Result,
): Result[] {
  const numbers = new Map<unknown, number>();
  const numberOf = (part: unknown): number => {
    const known = numbers.get(part);
    if (known !== undefined) return known;
    numbers.set(part, numbers.size);
    return numbers.size - 1;
  };
  const made = new Map<string, { readonly result: Result }>();
  return items.map((item, index) => {
    const key = partsOf(item, index).map(numberOf).join(' ');
    const known = made.get(key);
    if (known) return known.result;
    const result = make(item, index);
    made.set(key, { result });
    return result;
  });
}
