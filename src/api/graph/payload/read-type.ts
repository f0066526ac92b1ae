import {
  concreteTypes,
  findType,
  isDerivedFrom,
  isUnserved,
  type Model,
  type StructuredType,
} from '../model/model.ts';
import { propertyHint, unresolvedType } from '../model/unknown-name.ts';
import { quoted, type ViolationCode } from '../violation.ts';
import { jsonKind } from './read-value.ts';
import { report, type Reading } from './reading.ts';

/** The type that `@odata.type` names, checked against the declared one. Missing, it is the declared type. */
export function resolveType(
  reading: Reading,
  declared: StructuredType,
  annotation: unknown,
  path: string,
): StructuredType | undefined {
  const place = path === '' ? '@odata.type' : `${path}.@odata.type`;
  const refuse = (message: string, code?: ViolationCode) =>
    report(reading, place, path === '' ? message : `${message} (At '${place}'.)`, code);
  if (annotation !== undefined && typeof annotation !== 'string') {
    return refuse(`'@odata.type' must be a string, not ${jsonKind(annotation)}.`);
  }
  const type = annotation === undefined ? declared : findType(reading.model, annotation);
  if (!type) return refuse(unresolved(reading.model, declared, annotation!));
  if (!isDerivedFrom(reading.model, type.name, declared.name)) {
    return refuse(`The type '${type.name}' is not '${declared.name}' or derived from it.`);
  }
  if (!type.abstract) return type;
  const fix = `set '@odata.type' to ${choices(reading.model, declared)}.`;
  return refuse(
    `Cannot create an abstract class. '${type.name}' is abstract: ${fix}`,
    'ModelValidationFailure',
  );
}

function unresolved(model: Model, declared: StructuredType, annotation: string): string {
  const known = `This server takes ${choices(model, declared)}.`;
  if (isUnserved(model, annotation)) {
    return `The type ${quoted(annotation)} of Microsoft Graph is not served here. ${known}`;
  }
  const beta = model.preview && findType(model.preview, annotation) ? ' It exists in beta.' : '';
  return `${unresolvedType(annotation)}${beta} ${known}`;
}

function choices(model: Model, declared: StructuredType): string {
  const names = concreteTypes(model, declared).map((name) => `'#${name}'`);
  return names.length === 1 ? names[0]! : `one of ${names.join(', ')}`;
}

/** Says of an unknown property what the caller may have meant. */
export function reportUnknownProperty(
  reading: Reading,
  type: StructuredType,
  name: string,
  path: string,
): void {
  const nested = path === name ? '' : ` (at '${path}')`;
  const hint = propertyHint(reading.model, type, name) || defaultHint;
  report(
    reading,
    path,
    `The property ${quoted(name)} does not exist on type '${type.name}'${nested}.${hint}`,
  );
}

const defaultHint = ' Make sure to only use property names that are defined by the type.';
