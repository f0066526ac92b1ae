import {
  concreteTypes,
  findType,
  isDerivedFrom,
  isUnserved,
  type Model,
  type StructuredType,
} from '../model/model.ts';
import { propertyHint, unresolvedType } from '../model/unknown-name.ts';
import { quoted } from '../violation.ts';
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
  if (annotation === undefined) return concrete(reading, declared, declared, place);
  if (typeof annotation !== 'string') {
    return report(reading, place, `'@odata.type' must be a string, not ${jsonKind(annotation)}.`);
  }
  const type = findType(reading.model, annotation);
  if (!type) return report(reading, place, unresolved(reading.model, declared, annotation));
  if (!isDerivedFrom(reading.model, type.name, declared.name)) {
    const message = `The type '${type.name}' is not '${declared.name}' or derived from it.`;
    return report(reading, place, message);
  }
  return concrete(reading, type, declared, place);
}

function concrete(
  reading: Reading,
  type: StructuredType,
  declared: StructuredType,
  place: string,
): StructuredType | undefined {
  if (!type.abstract) return type;
  const message = `Cannot create an abstract class. '${type.name}' is abstract: set '@odata.type' to ${choices(reading.model, declared)}.`;
  return report(reading, place, message, 'ModelValidationFailure');
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
