/** An object without some of its members. */
export function without<Whole extends object, Name extends keyof Whole>(
  whole: Whole,
  ...names: readonly Name[]
): Omit<Whole, Name> {
  const kept = Object.entries(whole).filter(([name]) => !names.includes(name as Name));
  return Object.fromEntries(kept) as Omit<Whole, Name>;
}
