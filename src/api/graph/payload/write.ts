import { unsetValue, wireDateTime } from '../model/edm.ts';
import {
  bareTypeName,
  findType,
  isDerivedFrom,
  typeOf,
  type Model,
  type Property,
  type StructuredType,
} from '../model/model.ts';
import type { MetadataLevel } from './metadata-level.ts';
import type { Properties } from './read.ts';

export interface WriteOptions {
  /** What the path promises. `@odata.type` says so when the entity is of a derived type. */
  readonly declaredType: string;
  readonly metadata: MetadataLevel;
  /** The properties to write, those of a derived type as `microsoft.graph.x/name`; all when absent. */
  readonly select?: readonly string[];
  /** The entity's own absolute URL. With `full` metadata the links are made from it. */
  readonly url?: string;
}

/**
 * An entity as one version of the API shows it: its properties in wire order, explicit `null` and `[]` for what is
 * unset, dates with 7 fraction digits. What that version does not know is left out. Navigation properties and
 * `@odata.context` are the caller's.
 */
export function writeEntity(
  model: Model,
  type: string,
  stored: Properties,
  options: WriteOptions,
): Record<string, unknown> {
  const { declaredType, metadata, select, url } = options;
  const structured = typeOf(model, type);
  const shown = [...structured.properties.values()].filter(
    ({ name, navigation }) => !navigation && isSelected(model, type, name, select),
  );
  return {
    ...typeAnnotation(type, declaredType, metadata),
    ...(metadata === 'full' && url !== undefined && entityLinks(structured, declaredType, url)),
    ...writeProperties(model, shown, stored, metadata),
    ...(metadata === 'full' && url !== undefined && navigationLinks(structured, declaredType, url)),
  };
}

function isSelected(
  model: Model,
  type: string,
  name: string,
  select: readonly string[] | undefined,
): boolean {
  if (!select || select.includes(name)) return true;
  return select.some((item) => {
    const [ancestor, property] = item.split('/');
    return property === name && isDerivedFrom(model, type, ancestor!);
  });
}

function writeProperties(
  model: Model,
  properties: readonly Property[],
  stored: Properties,
  metadata: MetadataLevel,
): Record<string, unknown> {
  const written: Record<string, unknown> = {};
  for (const property of properties) {
    const value = writeProperty(model, property, stored[property.name], metadata);
    const annotation =
      metadata === 'full' && value !== null ? propertyTypeAnnotation(model, property) : undefined;
    if (annotation) written[`${property.name}@odata.type`] = annotation;
    written[property.name] = value;
  }
  return written;
}

function writeProperty(model: Model, property: Property, value: unknown, metadata: MetadataLevel): unknown {
  if (property.writeOnly) return null;
  const present = value ?? unsetValue(model, property) ?? null;
  if (present === null) return null;
  return property.collection && Array.isArray(present)
    ? present.map((element: unknown) => writeValue(model, property, element, metadata))
    : writeValue(model, property, present, metadata);
}

/** One value of a property, for a collection one of its elements. */
export function writeValue(
  model: Model,
  property: Property,
  value: unknown,
  metadata: MetadataLevel,
): unknown {
  if (property.type === 'Edm.DateTimeOffset') {
    return wireDateTime(value instanceof Date ? value : String(value), property.wholeSeconds) ?? null;
  }
  const declared = model.types.get(property.type);
  return declared ? writeComplex(model, declared, value as Properties, metadata) : value;
}

/** A value of a type that only the other version knows keeps that type's name and shows what the declared type has. */
function writeComplex(
  model: Model,
  declared: StructuredType,
  value: Properties,
  metadata: MetadataLevel,
): Properties {
  const named = value['@odata.type'];
  const name = typeof named === 'string' ? bareTypeName(named) : declared.name;
  const type = findType(model, name) ?? declared;
  return {
    ...typeAnnotation(name, declared.name, metadata),
    ...writeProperties(model, [...type.properties.values()], value, metadata),
  };
}

function typeAnnotation(type: string, declaredType: string, metadata: MetadataLevel): Properties {
  const needed = metadata === 'full' || (metadata === 'minimal' && type !== declaredType);
  return needed ? { '@odata.type': `#${type}` } : {};
}

/** JSON tells a string, a Boolean and an Int32 by itself; the type of anything else is written with full metadata. */
function propertyTypeAnnotation(model: Model, { type, collection }: Property): string | undefined {
  const name = type.replace(/^Edm\./, '');
  if (collection) return `#Collection(${name})`;
  const isPlain = type === 'Edm.String' || type === 'Edm.Boolean' || type === 'Edm.Int32';
  return isPlain || model.types.has(type) ? undefined : `#${name}`;
}

function entityLinks(type: StructuredType, declaredType: string, url: string): Properties {
  return { '@odata.id': url, '@odata.editLink': castUrl(type, declaredType, url) };
}

function navigationLinks(type: StructuredType, declaredType: string, url: string): Properties {
  const base = castUrl(type, declaredType, url);
  const links: Record<string, unknown> = {};
  for (const { name, navigation } of type.properties.values()) {
    if (!navigation) continue;
    links[`${name}@odata.associationLink`] = `${base}/${name}/$ref`;
    links[`${name}@odata.navigationLink`] = `${base}/${name}`;
  }
  return links;
}

function castUrl(type: StructuredType, declaredType: string, url: string): string {
  return type.name === declaredType ? url : `${url}/${type.name}`;
}
