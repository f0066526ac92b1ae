const longestText = 128;

/** A text that a device tells of itself, as it is kept: no blanks around it, and not endless. Undefined for an empty one. */
export function factText(value: string | undefined, longest = longestText): string | undefined {
  const found = value?.trim();
  if (!found) return undefined;
  return found.length > longest ? found.slice(0, longest).toWellFormed() : found;
}

/** The name of a device can be longer than other texts. */
export const longestDeviceName = 256;

type Known<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> };

/** What of these is known. */
export function knownFacts<Values extends object>(values: Values): Known<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Known<Values>;
}
