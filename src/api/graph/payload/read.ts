import { unsetValue } from '../model/edm.ts';
import { bareTypeName, typeOf, type Model, type Property, type StructuredType } from '../model/model.ts';
import { quoted, refusal, refuse } from '../violation.ts';
import { reportUnknownProperty, resolveType } from './read-type.ts';
import { jsonKind, readEnum, readPrimitive } from './read-value.ts';
import { report, type Reading } from './reading.ts';
import { writeValue } from './write.ts';

/**
 * Property values by name, as they are stored: dates canonical, enums by member name, derived complex values with `@odata.type`. What a
 * body binds stays the URLs that it named, under `…@odata.bind`.
 */
export type Properties = Readonly<Record<string, unknown>>;

export interface EntityInput {
  /** The full name of the type the client named, or the declared type. */
  readonly type: string;
  readonly properties: Properties;
}

/**
 * `create` fills in what the body leaves out; `update` leaves it out. `stored` are the present values: an update of a
 * single complex property is merged into its stored value and comes out whole.
 */
export type ReadOptions =
  | { readonly mode: 'create' }
  | { readonly mode: 'update'; readonly stored?: Properties };

/**
 * Reads a request body as an entity of the declared type or one derived from it. Annotations, `id` and read-only
 * properties are ignored. Throws `invalidInput` with every violation of the body.
 */
export function readEntity(
  model: Model,
  declaredType: string,
  json: unknown,
  options: ReadOptions,
): EntityInput {
  const reading: Reading = { model, violations: [] };
  const entity = readObject(reading, typeOf(model, declaredType), json, '', options);
  const [first, ...rest] = reading.violations;
  if (first || !entity) throw refusal([first!, ...rest]);
  return entity;
}

/**
 * Reads the body of an action whose one parameter is a collection, such as `assign` with its `assignments`. Throws
 * `invalidInput` with every violation of the body.
 */
export function readCollection(
  model: Model,
  elementType: string,
  json: unknown,
  parameter: string,
): EntityInput[] {
  const reading: Reading = { model, violations: [] };
  const elements = collectionOf(reading, json, parameter);
  const type = typeOf(model, elementType);
  const read = elements.map((element, index) =>
    readObject(reading, type, element, `${parameter}[${index}]`, { mode: 'create' }),
  );
  const [first, ...rest] = reading.violations;
  if (first) throw refusal([first, ...rest]);
  return read.flatMap((entity) => entity ?? []);
}

/** Checks the body of an action that takes no parameters: none, or an empty object. Throws `invalidInput`. */
export function readNoParameters(json: unknown): void {
  if (json === undefined) return;
  if (!isJsonObject(json)) throw refuse('', `The request body must be a JSON object, not ${jsonKind(json)}.`);
  const name = Object.keys(json).find((key) => !isAnnotation(key));
  if (name !== undefined)
    throw refuse(name, `The parameter ${quoted(name)} is not one of this action; it takes none.`);
}

function collectionOf(reading: Reading, json: unknown, parameter: string): readonly unknown[] {
  if (!isJsonObject(json)) {
    report(reading, '', `The request body must be a JSON object with '${parameter}', not ${jsonKind(json)}.`);
    return [];
  }
  for (const key of Object.keys(json)) {
    if (key !== parameter && !isAnnotation(key)) {
      report(
        reading,
        key,
        `The parameter ${quoted(key)} is not one of this action; it takes '${parameter}'.`,
      );
    }
  }
  const elements = json[parameter];
  if (Array.isArray(elements)) return elements;
  report(reading, parameter, `The parameter '${parameter}' must be a collection, not ${jsonKind(elements)}.`);
  return [];
}

function readObject(
  reading: Reading,
  declared: StructuredType,
  json: unknown,
  path: string,
  options: ReadOptions,
): EntityInput | undefined {
  if (!isJsonObject(json)) {
    const place = path === '' ? 'The request body' : `The property '${path}'`;
    return report(
      reading,
      path,
      `${place} must be a JSON object of type '${declared.name}', not ${jsonKind(json)}.`,
    );
  }
  const type = resolveType(reading, declared, json['@odata.type'], path);
  if (!type) return undefined;
  for (const key of Object.keys(json)) checkKey(reading, type, key, path, options.mode);
  const properties: Record<string, unknown> = {};
  for (const property of type.properties.values()) {
    if (isBindable(property) && Object.hasOwn(json, bindOf(property))) {
      const place = join(path, bindOf(property));
      properties[bindOf(property)] = readBind(reading, json[bindOf(property)], place);
    }
    if (property.readOnly || property.navigation) continue;
    const place = join(path, property.name);
    if (Object.hasOwn(json, property.name)) {
      const stored = options.mode === 'update' ? options.stored?.[property.name] : undefined;
      properties[property.name] = readProperty(reading, property, json[property.name], place, stored);
    } else if (options.mode === 'create') {
      const value = unsetValue(reading.model, property);
      if (value === undefined)
        report(reading, place, `The property '${place}' is required on type '${type.name}'.`);
      properties[property.name] = value;
    }
  }
  return { type: type.name, properties };
}

function checkKey(
  reading: Reading,
  type: StructuredType,
  key: string,
  path: string,
  mode: 'create' | 'update',
): void {
  if (key.endsWith('@odata.bind')) {
    if ([...type.properties.values()].some((bound) => isBindable(bound) && key === bindOf(bound))) return;
    report(reading, join(path, key), `${quoted(key)} cannot be bound on type '${type.name}'.`);
    return;
  }
  if (isAnnotation(key) || type.retired.has(key)) return;
  const property = type.properties.get(key);
  if (!property) {
    reportUnknownProperty(reading, type, key, join(path, key));
  } else if (property.navigation) {
    const verb = mode === 'update' ? 'apply PATCH to' : 'create';
    const message = `Cannot ${verb} navigation property '${key}' on entity type '${type.name}'. Write it by its own path.`;
    report(reading, join(path, key), message);
  }
}

function isBindable({ reference, readOnly }: Property): boolean {
  return reference === true && !readOnly;
}

/** What a body names the entities with that a navigation property shall lead to. */
function bindOf({ name }: Property): string {
  return `${name}@odata.bind`;
}

function readBind(reading: Reading, json: unknown, path: string): readonly string[] | undefined {
  if (Array.isArray(json) && json.every((url) => typeof url === 'string')) return json;
  return report(reading, path, `'${path}' must be a collection of URLs.`);
}

function readProperty(
  reading: Reading,
  property: Property,
  json: unknown,
  path: string,
  stored: unknown,
): unknown {
  if (property.collection) {
    const elements = readElements(reading, property, json, path);
    return Array.isArray(elements) ? withHidden(reading.model, property, elements, stored) : elements;
  }
  if (json === null) {
    if (property.nullable) return null;
    return report(reading, path, `The property '${path}' of type '${property.type}' must not be null.`);
  }
  return readValue(reading, property, json, path, stored);
}

function readElements(reading: Reading, property: Property, json: unknown, path: string): unknown {
  if (json === null && property.nullable) return [];
  if (!Array.isArray(json)) {
    return report(
      reading,
      path,
      `The property '${path}' must be a collection of '${property.type}', not ${jsonKind(json)}.`,
    );
  }
  if (property.maxItems !== undefined && json.length > property.maxItems) {
    const message = `The property '${path}' has ${json.length} elements; it can contain a maximum of ${property.maxItems}.`;
    return report(reading, path, message);
  }
  return json.map((element: unknown, index) => {
    const place = `${path}[${index}]`;
    return element === null
      ? report(reading, place, `The collection '${path}' must not contain null.`)
      : readValue(reading, property, element, place, undefined);
  });
}

/** A stored element that a client sends back as this version shows it keeps what only the other version knows. */
function withHidden(
  model: Model,
  property: Property,
  elements: readonly unknown[],
  stored: unknown,
): readonly unknown[] {
  if (!model.preview || !model.types.has(property.type) || !Array.isArray(stored)) return elements;
  const shown = (element: unknown) =>
    element === undefined ? '' : JSON.stringify(writeValue(model, property, element, 'minimal'));
  const present = Map.groupBy(stored as readonly unknown[], shown);
  const kept = new Map(elements.map((element, index) => [index, element]));
  for (const [look, sent] of Map.groupBy(elements.keys(), (index) => shown(elements[index]))) {
    const alike = present.get(look) ?? [];
    // Where some of those that look the same are gone, nobody knows which ones are meant.
    if (alike.length === sent.length) sent.forEach((index, at) => kept.set(index, alike[at]));
  }
  return [...kept.values()];
}

function readValue(
  reading: Reading,
  property: Property,
  json: unknown,
  path: string,
  stored: unknown,
): unknown {
  const enumType = reading.model.enums.get(property.type);
  if (enumType) return readEnum(reading, enumType, json, path);
  const type = reading.model.types.get(property.type);
  return type ? readComplex(reading, type, json, path, stored) : readPrimitive(reading, property, json, path);
}

function readComplex(
  reading: Reading,
  declared: StructuredType,
  json: unknown,
  path: string,
  stored: unknown,
): Properties | undefined {
  const present = presentValue(declared, json, stored);
  const value = readObject(
    reading,
    declared,
    json,
    path,
    present ? { mode: 'update', stored: present } : { mode: 'create' },
  );
  if (!value) return undefined;
  const annotation = value.type === declared.name ? {} : { '@odata.type': `#${value.type}` };
  return { ...annotation, ...present, ...value.properties };
}

/** The stored value that an update goes into: one of the same type as the update says. */
function presentValue(declared: StructuredType, json: unknown, stored: unknown): Properties | undefined {
  if (!isJsonObject(json) || !isJsonObject(stored)) return undefined;
  const nameOf = ({ '@odata.type': named }: Properties) =>
    (typeof named === 'string' ? bareTypeName(named) : declared.name).toLowerCase();
  return nameOf(json) === nameOf(stored) ? stored : undefined;
}

/** OData annotates with `@` in the name; Graph adds annotations of its own and clients send back what they read. */
function isAnnotation(key: string): boolean {
  return key.includes('@');
}

function isJsonObject(json: unknown): json is Properties {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
