import { parseSync, type Comment, type TSPropertySignature, type TSType } from 'oxc-parser';

/** A property of an interface. `type` is `string`, `number`, `boolean` or a type's name in Graph's spelling. */
export interface TypingsProperty {
  readonly name: string;
  readonly type: string;
  readonly collection: boolean;
  readonly nullable: boolean;
  readonly documentation: string;
}

export interface Typings {
  readonly interfaces: ReadonlyMap<
    string,
    { readonly base?: string; readonly properties: readonly TypingsProperty[] }
  >;
  readonly enums: ReadonlyMap<string, readonly string[]>;
}

/** Reads Microsoft's `microsoft-graph.d.ts`. Types in nested namespaces are not Intune's and are left out. */
export function readTypings(source: string): Typings {
  const { program, comments, errors } = parseSync('microsoft-graph.d.ts', source);
  if (errors[0]) throw new Error(`The typings do not parse: ${errors[0].message}`);
  const interfaces = new Map<string, { base?: string; properties: TypingsProperty[] }>();
  const enums = new Map<string, readonly string[]>();
  const commentBefore = commentFinder(comments);
  for (const statement of program.body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : null;
    if (declaration?.type === 'TSInterfaceDeclaration') {
      const base = declaration.extends[0]?.expression;
      const properties = declaration.body.body.filter((member) => member.type === 'TSPropertySignature');
      interfaces.set(graphName(declaration.id.name), {
        ...(base?.type === 'Identifier' && { base: graphName(base.name) }),
        properties: properties.map((property) => propertyOf(property, commentBefore(property.start))),
      });
    }
    if (declaration?.type === 'TSTypeAliasDeclaration') {
      const members = literalsOf(declaration.typeAnnotation);
      if (members.length > 0) enums.set(graphName(declaration.id.name), members);
    }
  }
  return { interfaces, enums };
}

function propertyOf(signature: TSPropertySignature, documentation: string): TypingsProperty {
  if (signature.key.type !== 'Identifier' || !signature.typeAnnotation)
    throw new Error('A property without a name or type.');
  const outer = signature.typeAnnotation.typeAnnotation;
  const nullable = referenceName(outer) === 'NullableOption';
  const inner =
    nullable && outer.type === 'TSTypeReference' ? (outer.typeArguments?.params[0] ?? outer) : outer;
  const collection = inner.type === 'TSArrayType';
  return {
    name: signature.key.name,
    type: valueType(collection ? inner.elementType : inner),
    collection,
    nullable,
    documentation,
  };
}

function valueType(type: TSType): string {
  if (type.type === 'TSStringKeyword') return 'string';
  if (type.type === 'TSNumberKeyword') return 'number';
  if (type.type === 'TSBooleanKeyword') return 'boolean';
  const name = referenceName(type);
  return name === undefined ? type.type : graphName(name);
}

function referenceName(type: TSType): string | undefined {
  return type.type === 'TSTypeReference' && type.typeName.type === 'Identifier'
    ? type.typeName.name
    : undefined;
}

function literalsOf(type: TSType): string[] {
  if (type.type === 'TSUnionType') return type.types.flatMap(literalsOf);
  if (type.type !== 'TSLiteralType' || type.literal.type !== 'Literal') return [];
  return typeof type.literal.value === 'string' ? [type.literal.value] : [];
}

/** Typings capitalise Graph's names and change nothing else. */
function graphName(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** A documentation comment is the one that ends last before its property; callers ask in source order. */
function commentFinder(comments: readonly Comment[]): (position: number) => string {
  let next = 0;
  return (position) => {
    let found: Comment | undefined;
    while (comments[next] && comments[next]!.end <= position) found = comments[next++];
    return found ? sentences(found.value) : '';
  };
}

function sentences(comment: string): string {
  const text = comment
    .replaceAll(/^[\s*]+/gm, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return text === 'Not yet documented' ? '' : text;
}
