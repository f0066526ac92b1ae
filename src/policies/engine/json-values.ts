import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../../kernel/json.ts';

export function isSame(left: Json, right: Json): boolean {
  return left === right || (typeof left === 'object' && isDeepStrictEqual(left, right));
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list of objects; undefined for anything else. */
export function objectsOf(value: Json | undefined): JsonObject[] | undefined {
  return Array.isArray(value) && value.every(isObject) ? value : undefined;
}

/** The text; empty when the value is none. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** An object's members in the order of their names: the order in which they were written means nothing. */
export function membersOf<Value>(object: Readonly<Record<string, Value>>): [name: string, value: Value][] {
  return Object.entries(object).sort(([left], [right]) => (left < right ? -1 : 1));
}

/** JSON text that is the same for values that are the same: members are in the order of their names. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = membersOf(value as Record<string, unknown>)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
