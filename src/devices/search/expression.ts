import { sql } from '../../database/index.ts';
import { deviceFields, type DeviceField } from './fields.ts';

type Constant = string | number | boolean | null;
type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';

/** How values are compared: text without regard to case, moments (ISO 8601) in time. */
export type ValueType = 'text' | 'number' | 'boolean' | 'moment';

/** What is shown of devices, searched by and sorted by, worked out by the database. */
export type Value =
  | { readonly kind: 'field'; readonly field: DeviceField }
  | { readonly kind: 'constant'; readonly type: ValueType; readonly value: Constant }
  /** The first that is not null. */
  | { readonly kind: 'first'; readonly values: readonly Value[] }
  | {
      readonly kind: 'choice';
      readonly cases: readonly (readonly [when: Condition, then: Value])[];
      readonly otherwise: Value;
    };

/** Null equals null and nothing else. Any other test of what is null is neither true nor false, and so is its `not`. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Condition[] }
  | { readonly kind: 'not'; readonly operand: Condition }
  | {
      readonly kind: 'compare';
      readonly type: ValueType;
      readonly value: Value;
      readonly operator: Comparison;
      readonly to: Constant;
    }
  | {
      readonly kind: 'text';
      readonly value: Value;
      readonly test: 'startswith' | 'endswith' | 'contains';
      readonly of: string;
    }
  /** A value that is true or false by itself. */
  | { readonly kind: 'holds'; readonly value: Value }
  | { readonly kind: 'always' | 'never' };

export const field = (name: DeviceField): Value => ({ kind: 'field', field: name });
export const text = (value: string): Value => ({ kind: 'constant', type: 'text', value });
export const first = (...values: readonly Value[]): Value => ({ kind: 'first', values });
export const choice = (
  cases: readonly (readonly [when: Condition, then: Value])[],
  otherwise: Value,
): Value => ({ kind: 'choice', cases, otherwise });
export const fieldIs = (name: DeviceField, to: string | boolean): Condition => ({
  kind: 'compare',
  type: typeof to === 'string' ? 'text' : 'boolean',
  value: field(name),
  operator: 'eq',
  to,
});

type Sql = ReturnType<typeof sql>;

export function sqlOfValue(value: Value): Sql {
  switch (value.kind) {
    case 'field':
      return deviceFields[value.field];
    case 'constant':
      return constant(value.type, value.value);
    case 'first':
      return sql`coalesce(${sql.join(value.values.map(sqlOfValue))})`;
    case 'choice': {
      const cases = value.cases.map(
        ([when, then]) => sql`when ${sqlOfCondition(when)} then ${sqlOfValue(then)}`,
      );
      return sql`case ${sql.join(cases, sql` `)} else ${sqlOfValue(value.otherwise)} end`;
    }
  }
}

/** The fields that a value is worked out from. */
export function fieldsOfValue(value: Value): DeviceField[] {
  switch (value.kind) {
    case 'field':
      return [value.field];
    case 'constant':
      return [];
    case 'first':
      return value.values.flatMap(fieldsOfValue);
    case 'choice':
      return value.cases
        .flatMap(([when, then]) => [...fieldsOfCondition(when), ...fieldsOfValue(then)])
        .concat(fieldsOfValue(value.otherwise));
  }
}

/** The fields that a condition is decided by. */
export function fieldsOfCondition(condition: Condition): DeviceField[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.operands.flatMap(fieldsOfCondition);
    case 'not':
      return fieldsOfCondition(condition.operand);
    case 'compare':
    case 'text':
    case 'holds':
      return fieldsOfValue(condition.value);
    case 'always':
    case 'never':
      return [];
  }
}

/** A value as it is compared and sorted. */
export function comparable(type: ValueType, value: Value): Sql {
  return type === 'text' ? folded(sqlOfValue(value)) : sqlOfValue(value);
}

export function sqlOfCondition(condition: Condition): Sql {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const operands = condition.operands.map((operand) => sql`(${sqlOfCondition(operand)})`);
      return operands.length === 0
        ? sql.lit(condition.kind === 'and')
        : sql.join(operands, condition.kind === 'and' ? sql` and ` : sql` or `);
    }
    case 'not':
      return sql`not (${sqlOfCondition(condition.operand)})`;
    case 'compare':
      return comparison(
        comparable(condition.type, condition.value),
        condition.operator,
        comparable(condition.type, { kind: 'constant', type: condition.type, value: condition.to }),
      );
    case 'text':
      return textTest(
        folded(sqlOfValue(condition.value)),
        condition.test,
        folded(constant('text', condition.of)),
      );
    case 'holds':
      return sqlOfValue(condition.value);
    case 'always':
      return sql.lit(true);
    case 'never':
      return sql.lit(false);
  }
}

function comparison(left: Sql, operator: Comparison, right: Sql): Sql {
  switch (operator) {
    case 'eq':
      return sql`${left} is not distinct from ${right}`;
    case 'ne':
      return sql`${left} is distinct from ${right}`;
    case 'gt':
      return sql`coalesce(${left} > ${right}, false)`;
    case 'ge':
      return sql`coalesce(${left} >= ${right}, false)`;
    case 'lt':
      return sql`coalesce(${left} < ${right}, false)`;
    case 'le':
      return sql`coalesce(${left} <= ${right}, false)`;
  }
}

function textTest(value: Sql, test: 'startswith' | 'endswith' | 'contains', part: Sql): Sql {
  switch (test) {
    case 'startswith':
      return sql`starts_with(${value}, ${part})`;
    case 'endswith':
      return sql`right(${value}, length(${part})) = ${part}`;
    case 'contains':
      return sql`strpos(${value}, ${part}) > 0`;
  }
}

const columnTypes = {
  text: sql`text`,
  number: sql`double precision`,
  boolean: sql`boolean`,
  moment: sql`timestamptz`,
} as const;

function constant(type: ValueType, value: Constant): Sql {
  return sql`${value}::${columnTypes[type]}`;
}

function folded(value: Sql): Sql {
  return sql`lower(${value}) collate "C"`;
}
