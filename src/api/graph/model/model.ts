import beta from './beta.json' with { type: 'json' };
import type {
  EnumDeclaration,
  GraphVersion,
  ModelDocument,
  PropertyDeclaration,
  StructuredTypeDeclaration,
} from './document.ts';
import v1 from './v1.0.json' with { type: 'json' };

export interface Property extends PropertyDeclaration {
  readonly name: string;
}

/** An entity or complex type with its inherited properties. */
export interface StructuredType {
  /** `microsoft.graph.` and the name. */
  readonly name: string;
  readonly kind: 'entity' | 'complex';
  readonly base: string | undefined;
  readonly abstract: boolean;
  /** In wire order, the base's first. */
  readonly properties: ReadonlyMap<string, Property>;
  /** Names of the properties it does not inherit. */
  readonly own: ReadonlySet<string>;
  readonly retired: ReadonlySet<string>;
  /** Itself and every type that derives from it. */
  readonly family: readonly string[];
}

export interface EnumType extends EnumDeclaration {
  readonly name: string;
  /** The member with the value 0; the first where the values are unknown; none where no member is 0. */
  readonly zero: string | undefined;
}

/** The types one version of the API knows. */
export interface Model {
  readonly version: GraphVersion;
  readonly types: ReadonlyMap<string, StructuredType>;
  readonly enums: ReadonlyMap<string, EnumType>;
  /** Types of Microsoft Graph that this server does not serve, with the served type each derives from. */
  readonly unserved: ReadonlyMap<string, string>;
  /** The version that has more, so that an error can say "this exists in beta". */
  readonly preview: Model | undefined;
}

export function buildModel(document: ModelDocument, preview?: Model): Model {
  const enums = Object.entries(document.enums).map(([name, declaration]) => {
    const zero = declaration.members.find(({ value }) => value === undefined || value === 0)?.name;
    return [name, { ...declaration, name, zero }] as const;
  });
  return {
    version: document.version,
    types: new Map(Object.keys(document.types).map((name) => [name, structuredType(document, name)])),
    enums: new Map(enums),
    unserved: new Map(Object.entries(document.unserved)),
    preview,
  };
}

const betaModel = buildModel(beta as ModelDocument);

export const models: Readonly<Record<GraphVersion, Model>> = {
  'v1.0': buildModel(v1 as ModelDocument, betaModel),
  beta: betaModel,
};

/** The type of that name. Takes a `#` in front or a whole context URL, and any case, as clients write `@odata.type`. */
export function findType(model: Model, name: string): StructuredType | undefined {
  const wanted = bareTypeName(name);
  return (
    model.types.get(wanted) ??
    [...model.types.values()].find((type) => type.name.toLowerCase() === wanted.toLowerCase())
  );
}

/** The type of that name, which the caller knows to be in the model. */
export function typeOf(model: Model, name: string): StructuredType {
  const type = model.types.get(name);
  if (!type) throw new Error(`The ${model.version} model has no type ${name}.`);
  return type;
}

export function isDerivedFrom(model: Model, type: string, ancestor: string): boolean {
  return model.types.get(ancestor)?.family.includes(type) ?? false;
}

/** The types of the family that a client may create. */
export function concreteTypes(model: Model, type: StructuredType): string[] {
  return type.family.filter((name) => !typeOf(model, name).abstract);
}

/** Whether a name is of a type that Microsoft Graph has and this server does not serve. */
export function isUnserved(model: Model, name: string): boolean {
  const wanted = bareTypeName(name).toLowerCase();
  return [...model.unserved.keys()].some((unserved) => unserved.toLowerCase() === wanted);
}

/** A type's name as clients write it, without a context URL and `#`. */
export function bareTypeName(name: string): string {
  return name.slice(name.lastIndexOf('#') + 1);
}

function structuredType(document: ModelDocument, name: string): StructuredType {
  const chain = baseChain(document, name);
  const properties = chain.flatMap(([, type]) => Object.entries(type.properties));
  const own = document.types[name]!;
  return {
    name,
    kind: own.kind,
    base: own.base,
    abstract: own.abstract ?? false,
    properties: new Map(properties.map(([name, property]) => [name, { ...property, name }])),
    own: new Set(Object.keys(own.properties)),
    retired: new Set(chain.flatMap(([, type]) => type.retired ?? [])),
    family: Object.keys(document.types).filter((other) =>
      baseChain(document, other).some(([base]) => base === name),
    ),
  };
}

/** The type and its bases, root first. */
function baseChain(
  document: ModelDocument,
  name: string,
): readonly (readonly [string, StructuredTypeDeclaration])[] {
  const type = document.types[name];
  if (!type) throw new Error(`The ${document.version} model file refers to ${name}, which it does not have.`);
  return [...(type.base ? baseChain(document, type.base) : []), [name, type] as const];
}
