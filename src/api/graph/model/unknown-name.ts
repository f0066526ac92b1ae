import { quoted } from '../violation.ts';
import type { Model, StructuredType } from './model.ts';

/** What the caller may have meant by a property that the type does not have; a sentence with a space before it, or nothing. */
export function propertyHint(model: Model, owner: StructuredType, name: string): string {
  const { preview } = model;
  if (preview?.types.get(owner.name)?.properties.has(name)) return ` It exists in ${preview.version} only.`;
  const meant = [...owner.properties.keys()].find((known) => known.toLowerCase() === name.toLowerCase());
  return meant ? ` Did you mean '${meant}'?` : '';
}

/** Graph's words for a type name that means nothing. */
export function unresolvedType(name: string): string {
  const resolve = 'When a model is available, each type name must resolve to a valid type.';
  return `A type named ${quoted(name)} could not be resolved by the model. ${resolve}`;
}
