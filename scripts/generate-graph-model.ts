/**
 * Writes the Graph dialect's type model from Microsoft's typings: `node scripts/generate-graph-model.ts`.
 * Only what `servedTypes` names, and what that refers to, is taken.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type {
  EnumDeclaration,
  GraphVersion,
  ModelDocument,
  PropertyDeclaration,
  StructuredTypeDeclaration,
} from '../src/api/graph/model/document.ts';
import { enumOverlays, typeOverlays } from '../src/api/graph/model/overlay.ts';
import { servedTypes } from '../src/api/graph/model/served.ts';
import { factsOf } from './graph-typings/documentation.ts';
import { readTypings, type Typings, type TypingsProperty } from './graph-typings/read.ts';

const packages: Readonly<Record<GraphVersion, string>> = {
  'v1.0': '@microsoft/microsoft-graph-types',
  beta: '@microsoft/microsoft-graph-types-beta',
};

/** The model of one version. Same typings and overlay, same model. */
export function generateModel(version: GraphVersion): ModelDocument {
  const file = createRequire(import.meta.url).resolve(`${packages[version]}/microsoft-graph.d.ts`);
  return modelOf(version, readTypings(readFileSync(file, 'utf8')));
}

/** The text of a model file. */
export function formatModel(document: ModelDocument): string {
  return `${JSON.stringify(document, null, 1)}\n`;
}

function modelOf(version: GraphVersion, typings: Typings): ModelDocument {
  const types = new Map<string, StructuredTypeDeclaration>();
  const enums = new Map<string, EnumDeclaration>();
  const waiting = rootTypes(typings);
  const seen = new Set(waiting);
  for (const name of waiting) {
    const members = typings.enums.get(name);
    const found = members ? undefined : structuredType(version, typings, name);
    if (members) enums.set(qualified(name), enumOf(name, members));
    if (found) types.set(qualified(name), found.declaration);
    for (const reference of found?.references ?? []) {
      if (!seen.has(reference)) {
        seen.add(reference);
        waiting.push(reference);
      }
    }
  }
  return {
    version,
    types: sortedRecord(types),
    enums: sortedRecord(enums),
    unserved: sortedRecord(unservedTypes(typings, types)),
  };
}

function rootTypes(typings: Typings): string[] {
  const families = Object.entries(servedTypes).filter(([, { withDerived }]) => withDerived);
  const derived = [...typings.interfaces.keys()].filter((name) =>
    families.some(([family]) => descends(typings, name, family)),
  );
  return Object.keys(servedTypes).concat(derived);
}

function structuredType(version: GraphVersion, typings: Typings, name: string) {
  const found = typings.interfaces.get(name);
  if (!found) throw new Error(`The ${version} typings have no type ${name}.`);
  const overlay = typeOverlays[name];
  const isEntity = name === 'entity' || descends(typings, name, 'entity');
  const served = found.properties.filter((property) => isServed(typings, name, property));
  const retired = overlay?.retired?.[version];
  const declaration: StructuredTypeDeclaration = {
    kind: isEntity ? 'entity' : 'complex',
    ...(found.base && { base: qualified(found.base) }),
    ...(overlay?.abstract && { abstract: true }),
    properties: Object.fromEntries(
      inWireOrder(served, overlay?.order ?? []).map((property) => [
        property.name,
        propertyOf(typings, property, overlay?.properties?.[property.name]),
      ]),
    ),
    ...(retired && { retired }),
  };
  const references = served.flatMap((property) => (isPrimitive(property.type) ? [] : [property.type]));
  return { declaration, references: found.base ? [found.base, ...references] : references };
}

function isServed(typings: Typings, owner: string, property: TypingsProperty): boolean {
  if (typeOverlays[owner]?.omitted?.includes(property.name)) return false;
  const served = servedTypes[owner];
  if (isNavigation(typings, property)) return served?.navigation?.includes(property.name) ?? false;
  return served?.structural !== false && (served?.only?.includes(property.name) ?? true);
}

function isNavigation(typings: Typings, property: TypingsProperty): boolean {
  return descends(typings, property.type, 'entity');
}

function propertyOf(
  typings: Typings,
  property: TypingsProperty,
  overlay: Partial<PropertyDeclaration> | undefined,
): PropertyDeclaration {
  return {
    type: edmType(property),
    ...(property.collection && { collection: true }),
    ...(property.nullable && { nullable: true }),
    ...(isNavigation(typings, property) && { navigation: true }),
    ...factsOf(property.documentation, edmType(property)),
    ...overlay,
    ...(property.documentation && { description: property.documentation }),
  };
}

const primitives: Readonly<Record<string, string>> = {
  string: 'Edm.String',
  boolean: 'Edm.Boolean',
  // Every number of the served types is an Edm.Int32 in the CSDL.
  number: 'Edm.Int32',
};

function isPrimitive(type: string): boolean {
  return type in primitives;
}

function edmType({ name, type }: TypingsProperty): string {
  if (type === 'string' && name.endsWith('DateTime')) return 'Edm.DateTimeOffset';
  return primitives[type] ?? qualified(type);
}

function enumOf(name: string, members: readonly string[]): EnumDeclaration {
  const overlay = enumOverlays[name];
  if (!overlay) return { members: members.map((member) => ({ name: member })) };
  return {
    ...(overlay.flags && { flags: true }),
    members: members.map((member) => {
      const value = overlay.values[member];
      if (value === undefined) throw new Error(`The overlay has no value for ${name}.${member}.`);
      return { name: member, value };
    }),
  };
}

function inWireOrder(properties: readonly TypingsProperty[], order: readonly string[]): TypingsProperty[] {
  const rank = ({ name }: TypingsProperty) => (order.includes(name) ? order.indexOf(name) : order.length);
  return properties.toSorted((a, b) => rank(a) - rank(b));
}

function unservedTypes(typings: Typings, types: ReadonlyMap<string, unknown>): Map<string, string> {
  const unserved = new Map<string, string>();
  for (const name of typings.interfaces.keys()) {
    const base = nearestServedBase(typings, types, name);
    if (base && !types.has(qualified(name))) unserved.set(qualified(name), base);
  }
  return unserved;
}

function nearestServedBase(
  typings: Typings,
  types: ReadonlyMap<string, unknown>,
  name: string,
): string | undefined {
  let base = typings.interfaces.get(name)?.base;
  while (base && base !== 'entity' && base !== 'directoryObject') {
    if (types.has(qualified(base))) return qualified(base);
    base = typings.interfaces.get(base)?.base;
  }
  return undefined;
}

function descends(typings: Typings, name: string, ancestor: string): boolean {
  let base = typings.interfaces.get(name)?.base;
  while (base && base !== ancestor) base = typings.interfaces.get(base)?.base;
  return base === ancestor;
}

function qualified(name: string): string {
  return `microsoft.graph.${name}`;
}

function sortedRecord<T>(entries: ReadonlyMap<string, T>): Record<string, T> {
  return Object.fromEntries([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const version of Object.keys(packages) as GraphVersion[]) {
    const target = new URL(`../src/api/graph/model/${version}.json`, import.meta.url);
    writeFileSync(target, formatModel(generateModel(version)));
  }
}
