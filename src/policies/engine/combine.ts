import type { Json } from '../../kernel/json.ts';
import { canonicalJson, isObject } from './json-values.ts';

/**
 * What becomes of different values that equally strong policies give one key. These are Apple's `combinetype`
 * (https://github.com/apple/device-management, docs/schema.yaml) and the conflict resolutions of Windows' DDF files
 * (https://learn.microsoft.com/windows/client-management/mdm/configuration-service-provider-ddf).
 */
export type CombineRule =
  /** There is no way to combine them: the older assignment counts, and it is a conflict. */
  | 'first'
  | 'and'
  | 'or'
  | 'smaller'
  /** 0 means no limit, so that any other number is stricter. */
  | 'smallerUnlessZero'
  | 'larger'
  /** The items of both lists, each once. */
  | 'union'
  | 'intersection'
  /** One list behind the other, the older assignment's first. */
  | 'append'
  /** Objects of lists: the union of the lists of each name. */
  | 'unionOfMembers'
  /** The value that stands first, or last, in this list. */
  | { readonly earliestOf: readonly string[] }
  | { readonly latestOf: readonly string[] };

/** The conflict resolutions of a DDF file. */
export const conflictResolutions = {
  LastWrite: 'first',
  LowestValueMostSecure: 'smaller',
  HighestValueMostSecure: 'larger',
  LowestValueMostSecureZeroHasNoLimits: 'smallerUnlessZero',
  HighestValueMostSecureZeroHasNoLimits: 'larger',
} as const satisfies Record<string, CombineRule>;

type Combine = (left: Json, right: Json) => Json | undefined;

const listed = {
  union: (left, right) => sortedSet([...left, ...right]),
  intersection: (left, right) => {
    const kept = new Set(right.map(canonicalJson));
    return sortedSet(left.filter((item) => kept.has(canonicalJson(item))));
  },
  append: (left, right) => [...left, ...right],
} as const satisfies Record<string, (left: Json[], right: Json[]) => Json>;

const combiners: Readonly<Record<Extract<CombineRule, string>, Combine>> = {
  first: () => undefined,
  and: onBooleans((left, right) => left && right),
  or: onBooleans((left, right) => left || right),
  smaller: onNumbers((left, right) => left <= right),
  smallerUnlessZero: onNumbers((left, right) => left !== 0 && (right === 0 || left <= right)),
  larger: onNumbers((left, right) => left >= right),
  union: onLists(listed.union),
  intersection: onLists(listed.intersection),
  append: onLists(listed.append),
  unionOfMembers,
};

/**
 * Both values in one. Undefined when the rule cannot take them: there is none, or they are not of the rule's type. Every rule but
 * `append` gives the same whatever the order of the values and however they are grouped.
 */
export function combine(rule: CombineRule, left: Json, right: Json): Json | undefined {
  if (typeof rule === 'string') return combiners[rule](left, right);
  const order = 'earliestOf' in rule ? rule.earliestOf : rule.latestOf;
  const [leftAt, rightAt] = [order.indexOf(left as string), order.indexOf(right as string)];
  if (leftAt < 0 || rightAt < 0) return undefined;
  return leftAt < rightAt === 'earliestOf' in rule ? left : right;
}

const choosing: ReadonlySet<CombineRule> = new Set(['and', 'or', 'smaller', 'smallerUnlessZero', 'larger']);

/** Whether the outcome is always one of the values, so that one policy gives all of it. */
export function isChoice(rule: CombineRule): boolean {
  return typeof rule === 'object' || choosing.has(rule);
}

function onBooleans(of: (left: boolean, right: boolean) => boolean): Combine {
  return (left, right) =>
    typeof left === 'boolean' && typeof right === 'boolean' ? of(left, right) : undefined;
}

/** Windows policies may write a number as text. Of equal numbers the plain one is taken, so that the order of the two does not matter. */
function onNumbers(takesLeft: (left: number, right: number) => boolean): Combine {
  return (left, right) => {
    const [leftNumber, rightNumber] = [numberOf(left), numberOf(right)];
    if (leftNumber === undefined || rightNumber === undefined) return undefined;
    if (leftNumber === rightNumber) return canonicalJson(left) > canonicalJson(right) ? left : right;
    return takesLeft(leftNumber, rightNumber) ? left : right;
  };
}

function numberOf(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
}

function onLists(of: (left: Json[], right: Json[]) => Json): Combine {
  return (left, right) => (Array.isArray(left) && Array.isArray(right) ? of(left, right) : undefined);
}

function unionOfMembers(left: Json, right: Json): Json | undefined {
  if (!isObjectOfLists(left) || !isObjectOfLists(right)) return undefined;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries(
    [...names].sort().map((name) => [name, listed.union(listOf(left, name), listOf(right, name))]),
  );
}

function listOf(lists: Readonly<Record<string, Json[]>>, name: string): Json[] {
  return Object.hasOwn(lists, name) ? lists[name]! : [];
}

function isObjectOfLists(value: Json): value is Record<string, Json[]> {
  return isObject(value) && Object.values(value).every((member) => Array.isArray(member));
}

function sortedSet(items: readonly Json[]): Json[] {
  const byText = new Map(items.map((item) => [canonicalJson(item), item]));
  return [...byText].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, item]) => item);
}
