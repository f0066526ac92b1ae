import type { Json } from '../../../kernel/json.ts';
import { plistReal, type WritablePlist } from '../../../kernel/plist/write-plist.ts';

/**
 * A setting's value as profiles hold it: `number` says what becomes of numbers. Members are in the order of their names, because theirs
 * means nothing; those that are null are left out, as property lists have no null. Undefined when nothing is left.
 */
export function plistOfJson(value: Json, number: 'integer' | 'real' = 'integer'): WritablePlist | undefined {
  if (value === null) return undefined;
  if (typeof value === 'number' && number === 'real') return plistReal(value);
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    return value.map((item) => plistOfJson(item, number)).filter((item) => item !== undefined);
  }
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(
    members.flatMap(([name, member]) => {
      const held = plistOfJson(member, number);
      return held === undefined ? [] : [[name, held]];
    }),
  );
}
