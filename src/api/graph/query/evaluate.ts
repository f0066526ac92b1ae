import { canonicalDateTime } from '../model/edm.ts';
import { bareTypeName } from '../model/model.ts';
import type { Comparison, Filter, FilterValue, OrderKey, PropertyPath } from './ast.ts';

/** An entity as `writeEntity` gives it, and its type's full name, which it may not show. */
export interface Subject {
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Whether an entity passes a filter. A test on a property that is null is neither true nor false and so is its `not`, as
 * in OData; text is compared without regard to case, as Graph does.
 */
export function matches(filter: Filter, subject: Subject): boolean {
  return evaluate(filter, subject) === true;
}

function evaluate(filter: Filter, subject: Subject): boolean | null {
  if (filter.kind === 'and' || filter.kind === 'or') {
    return together(filter.operands, subject, filter.kind === 'or');
  }
  if (filter.kind === 'not') {
    const operand = evaluate(filter.operand, subject);
    return operand === null ? null : !operand;
  }
  if (filter.kind === 'constant') return filter.value;
  if (filter.kind === 'isof') {
    const type = filter.path ? walk(filter.path, subject)?.type : subject.type;
    return type !== undefined && filter.types.includes(type);
  }
  return test(filter, valueAt(filter.path, subject));
}

type PropertyTest = Extract<Filter, { kind: 'compare' | 'in' | 'text' | 'property' }>;

function test(filter: PropertyTest, value: FilterValue): boolean | null {
  if (filter.kind === 'compare') {
    return compare(value, filter.operator, comparable(filter.value, filter.path.type));
  }
  if (filter.kind === 'in') {
    return filter.values.some((wanted) => comparable(wanted, filter.path.type) === value);
  }
  if (filter.kind === 'property') return typeof value === 'boolean' ? value : null;
  return typeof value === 'string' ? testText(value, filter.test, fold(filter.value)) : null;
}

/** `and` ends at the first false, `or` at the first true; else a null among the operands makes it null. */
function together(operands: readonly Filter[], subject: Subject, decisive: boolean): boolean | null {
  let result: boolean | null = !decisive;
  for (const operand of operands) {
    const value = evaluate(operand, subject);
    if (value === decisive) return decisive;
    if (value === null) result = null;
  }
  return result;
}

/** Null equals null; it is neither greater nor less than anything. */
function compare(value: FilterValue, operator: Comparison, wanted: FilterValue): boolean {
  if (operator === 'eq') return value === wanted;
  if (operator === 'ne') return value !== wanted;
  if (value === null || wanted === null) return false;
  if (operator === 'gt') return value > wanted;
  if (operator === 'ge') return value >= wanted;
  return operator === 'lt' ? value < wanted : value <= wanted;
}

function testText(value: string, test: 'startswith' | 'endswith' | 'contains', wanted: string): boolean {
  if (test === 'startswith') return value.startsWith(wanted);
  return test === 'endswith' ? value.endsWith(wanted) : value.includes(wanted);
}

/** Orders entities by `$orderby`; null comes before all else. Give it to a stable sort. */
export function comparator(keys: readonly OrderKey[]): (a: Subject, b: Subject) => number {
  return (a, b) => {
    for (const { path, descending } of keys) {
      const order = inOrder(valueAt(path, a), valueAt(path, b));
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };
}

function inOrder(a: FilterValue, b: FilterValue): number {
  if (a === b) return 0;
  if (a === null) return -1;
  return b === null || a > b ? 1 : -1;
}

/** The value a path leads to, ready to be compared. Null where a cast does not pass or nothing is there. */
function valueAt(path: PropertyPath, subject: Subject): FilterValue {
  const end = walk(path, subject);
  return end ? comparable(end.value, path.type) : null;
}

function walk(
  path: PropertyPath,
  subject: Subject,
): { readonly type: string; readonly value: unknown } | undefined {
  let value: unknown = subject.values;
  let { type } = subject;
  for (const step of path.steps) {
    if (step.kind === 'cast') {
      if (!step.types.includes(type)) return undefined;
    } else {
      value = memberOf(value, step.name);
      if (value == null) return undefined;
      const named = memberOf(value, '@odata.type');
      type = typeof named === 'string' ? bareTypeName(named) : step.type;
    }
  }
  return { type, value };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** A complex value is only ever compared with null, so that anything that is not null will do for it. */
function comparable(value: unknown, type: string): FilterValue {
  if (type === 'Edm.DateTimeOffset') {
    const text = value instanceof Date ? value.toISOString() : value;
    return typeof text === 'string' ? (canonicalDateTime(text) ?? text) : null;
  }
  if (typeof value === 'string') return type === 'Edm.String' || type === 'Edm.Guid' ? fold(value) : value;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return value == null ? null : true;
}

function fold(text: string): string {
  return text.toLowerCase();
}
