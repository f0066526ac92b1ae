import type { Condition, SortKey, Value, ValueType } from '../../../devices/search/index.ts';
import { unsetValue } from '../model/edm.ts';
import { typeOf, type Model } from '../model/model.ts';
import type { Filter, PropertyPath } from '../query/ast.ts';
import type { Query } from '../query/query.ts';
import { refuse } from '../violation.ts';
import { managedDeviceProperties } from './managed-device-properties.ts';

export const managedDeviceType = 'microsoft.graph.managedDevice';

/** What devices have to fulfil, for the database. Faults: `invalidInput` for what they cannot be searched by. */
export function conditionOf(model: Model, { filter }: Query): Condition {
  return filter ? condition(model, filter) : { kind: 'always' };
}

/** The order of devices, for the database. Faults: `invalidInput` for what they cannot be sorted by. */
export function orderOf(model: Model, { orderBy = [] }: Query): SortKey[] {
  return orderBy.map(({ path, descending }) => ({ ...searchable(model, path, '$orderby'), descending }));
}

function condition(model: Model, filter: Filter): Condition {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, operands: filter.operands.map((operand) => condition(model, operand)) };
    case 'not':
      return { kind: 'not', operand: condition(model, filter.operand) };
    case 'compare':
      return {
        kind: 'compare',
        ...searchable(model, filter.path, '$filter'),
        operator: filter.operator,
        to: filter.value,
      };
    case 'in': {
      const place = searchable(model, filter.path, '$filter');
      return {
        kind: 'or',
        operands: filter.values.map((to) => ({ kind: 'compare', ...place, operator: 'eq', to }) as const),
      };
    }
    case 'text':
      return {
        kind: 'text',
        value: searchable(model, filter.path, '$filter').value,
        test: filter.test,
        of: filter.value,
      };
    case 'property':
      return { kind: 'holds', value: searchable(model, filter.path, '$filter').value };
    case 'constant':
      return { kind: filter.value ? 'always' : 'never' };
    case 'isof':
      return { kind: !filter.path && filter.types.includes(managedDeviceType) ? 'always' : 'never' };
  }
}

const valueTypes: Readonly<Record<string, ValueType>> = {
  'Edm.String': 'text',
  'Edm.Guid': 'text',
  'Edm.Int32': 'number',
  'Edm.Int64': 'number',
  'Edm.Boolean': 'boolean',
  'Edm.DateTimeOffset': 'moment',
};

/** What a property shows, also where nobody set it. */
function searchable(
  model: Model,
  { steps, type }: PropertyPath,
  option: string,
): { readonly type: ValueType; readonly value: Value } {
  const names = steps.flatMap((step) => (step.kind === 'property' ? [step.name] : []));
  const [name = ''] = names;
  const property = typeOf(model, managedDeviceType).properties.get(name);
  const valueType = model.enums.has(type) ? 'text' : valueTypes[type];
  if (!property || names.length > 1 || valueType === undefined) {
    throw refuse(
      option,
      `The property '${names.join('/')}' of managed devices cannot be used in '${option}'.`,
    );
  }
  const known: Value | undefined = Object.hasOwn(managedDeviceProperties, name)
    ? managedDeviceProperties[name as keyof typeof managedDeviceProperties]
    : undefined;
  const unset: Value = {
    kind: 'constant',
    type: valueType,
    value: (unsetValue(model, property) ?? null) as string | number | boolean | null,
  };
  return { type: valueType, value: known ? { kind: 'first', values: [known, unset] } : unset };
}
