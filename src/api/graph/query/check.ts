import { canonicalDateTime, isGuid } from '../model/edm.ts';
import {
  findType,
  isUnserved,
  typeOf,
  type EnumType,
  type Model,
  type StructuredType,
} from '../model/model.ts';
import { propertyHint, unresolvedType } from '../model/unknown-name.ts';
import { quoted, refuse } from '../violation.ts';
import type { Comparison, FilterValue, PathStep, PropertyPath } from './ast.ts';
import type { Token } from './tokens.ts';

/** What names in a query option are looked up in. */
export interface Scope {
  readonly model: Model;
  /** The declared type of the elements asked for. */
  readonly type: string;
  /** `$filter` or `$orderby`, for errors. */
  readonly option: string;
}

/** Finds what a path such as `microsoft.graph.macOSGeneralDeviceConfiguration/passwordRequired` leads to. */
export function resolvePath(scope: Scope, names: readonly string[]): PropertyPath {
  const steps: PathStep[] = [];
  let type: string = scope.type;
  for (const name of names) {
    const owner = scope.model.types.get(type);
    if (!owner) throw unknownProperty(name, type, scope, '');
    const step = name.includes('.') ? castStep(scope, owner, name) : propertyStep(scope, owner, name);
    steps.push(step);
    type = step.kind === 'property' ? step.type : step.types[0]!;
  }
  if (steps.at(-1)?.kind !== 'property') {
    throw refuse(
      scope.option,
      `'${scope.option}' needs a property after the type ${quoted(names.at(-1) ?? '')}.`,
    );
  }
  return { steps, type };
}

function castStep(scope: Scope, owner: StructuredType, name: string) {
  const type = findType(scope.model, name);
  if (!type) throw unknownType(scope, name);
  if (!owner.family.includes(type.name)) {
    throw refuse(scope.option, `The type '${type.name}' is not derived from '${owner.name}'.`);
  }
  const others = type.family.filter((other) => other !== type.name);
  return { kind: 'cast', types: [type.name, ...others] } as const;
}

function propertyStep(scope: Scope, owner: StructuredType, name: string): PathStep {
  const property = owner.properties.get(name);
  if (!property) throw unknownProperty(name, owner.name, scope, hint(scope.model, owner, name));
  if (property.navigation || property.writeOnly) {
    throw refuse(
      scope.option,
      `The property '${name}' of '${owner.name}' cannot be used in '${scope.option}'.`,
    );
  }
  if (property.collection) {
    throw refuse(
      scope.option,
      `The property '${name}' of '${owner.name}' is a collection, which '${scope.option}' does not support.`,
    );
  }
  return { kind: 'property', name, type: property.type };
}

function unknownProperty(name: string, type: string, { option }: Scope, more: string) {
  return refuse(option, `Could not find a property named ${quoted(name)} on type '${type}'.${more}`);
}

/** Checks an item of `$select`: a property of the type, or of a derived one behind its name, which comes out as the model spells it. */
export function selectedProperty(scope: Scope, item: string): string {
  const owner = typeOf(scope.model, scope.type);
  const [name, property, ...rest] = item.split('/');
  if (property === undefined) return ownProperty(scope, owner, item);
  const step = castStep(scope, owner, name!);
  const [type] = step.types;
  const derived = typeOf(scope.model, type);
  return `${type}/${ownProperty(scope, derived, [property, ...rest].join('/'))}`;
}

/** Whether a type that is derived from the declared one has that property. */
export function isDerivedProperty({ model, type }: Scope, name: string): boolean {
  return typeOf(model, type).family.some((derived) => typeOf(model, derived).properties.has(name));
}

function ownProperty(scope: Scope, owner: StructuredType, name: string): string {
  if (owner.properties.has(name)) return name;
  throw unknownProperty(name, owner.name, scope, hint(scope.model, owner, name));
}

/** A property of a derived type needs a cast before it. */
function hint(model: Model, owner: StructuredType, name: string): string {
  const deriving = owner.family.find((derived) => model.types.get(derived)?.properties.has(name));
  return deriving
    ? ` Write '${deriving}/${name}' for the property of that type.`
    : propertyHint(model, owner, name);
}

/** The served types that are of the named type. A type Graph has and this server does not has none; an unknown one is refused. */
export function typesNamed(scope: Scope, name: string): readonly string[] {
  const type = findType(scope.model, name);
  if (type) return type.family;
  if (isUnserved(scope.model, name)) return [];
  throw unknownType(scope, name);
}

function unknownType({ option }: Scope, name: string) {
  return refuse(option, unresolvedType(name));
}

/** Checks that a property of that type has the operator, and gives the literal as it is compared. */
export function literalFor(
  scope: Scope,
  { type }: PropertyPath,
  operator: Comparison | 'in',
  token: Token,
): FilterValue {
  const isEquality = operator === 'eq' || operator === 'ne' || operator === 'in';
  if (token.kind === 'word' && token.value === 'null') {
    if (isEquality) return null;
    throw refuse(
      scope.option,
      `The operator '${operator}' cannot compare with null at character ${token.at}.`,
    );
  }
  const isOrdered =
    type === 'Edm.String' || type === 'Edm.Int32' || type === 'Edm.Int64' || type === 'Edm.DateTimeOffset';
  if (!isEquality && !isOrdered) {
    throw refuse(
      scope.option,
      `The operator '${operator}' is not defined for the type '${type}' at character ${token.at}.`,
    );
  }
  const value = readLiteral(scope, type, token);
  if (value !== undefined) return value;
  const example = examples[type];
  const right = example ? ` Write it as ${example}.` : '';
  throw refuse(
    scope.option,
    `A property of type '${type}' cannot be compared with ${described(token)}.${right}`,
  );
}

const examples: Readonly<Record<string, string>> = {
  'Edm.String': "'text'",
  'Edm.DateTimeOffset': '2026-01-31T08:30:00Z, without quotes',
  'Edm.Boolean': 'true or false',
  'Edm.Int32': '5',
  'Edm.Int64': '5',
  'Edm.Guid': '00000000-0000-0000-0000-000000000000',
};

function readLiteral(scope: Scope, type: string, token: Token): FilterValue | undefined {
  const enumType = scope.model.enums.get(type);
  if (enumType) return readMember(scope, enumType, token);
  switch (type) {
    case 'Edm.String':
      return token.kind === 'string' || token.kind === 'guid' ? token.value : undefined;
    case 'Edm.Int32':
    case 'Edm.Int64':
      return token.kind === 'number' ? token.value : undefined;
    case 'Edm.Boolean':
      return token.kind === 'word' && (token.value === 'true' || token.value === 'false')
        ? token.value === 'true'
        : undefined;
    case 'Edm.DateTimeOffset':
      return token.kind === 'dateTime' ? canonicalDateTime(token.value) : undefined;
    case 'Edm.Guid':
      return (token.kind === 'guid' || token.kind === 'string') && isGuid(token.value)
        ? token.value.toLowerCase()
        : undefined;
    default:
      return undefined;
  }
}

function readMember(scope: Scope, type: EnumType, token: Token): string | undefined {
  if (token.kind !== 'string' && token.kind !== 'enum') return undefined;
  if (token.kind === 'enum' && token.type.toLowerCase() !== type.name.toLowerCase()) return undefined;
  const asked = token.value.split(',').map((name) => name.trim().toLowerCase());
  const found = type.members.filter(({ name }) => asked.includes(name.toLowerCase()));
  if (found.length === new Set(asked).size && (type.flags || found.length === 1))
    return found.map(({ name }) => name).join(',');
  const allowed = type.members.map(({ name }) => `'${name}'`).join(', ');
  throw refuse(
    scope.option,
    `${quoted(token.value)} is not a member of '${type.name}'. Possible values are: ${allowed}.`,
  );
}

/** A token in the words of an error. */
export function described(token: Token): string {
  if (token.kind === 'end') return 'the end';
  const text = 'value' in token ? quoted(String(token.value)) : `'${token.kind}'`;
  return `${text} at character ${token.at}`;
}
