import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { invalidInput, type Violation } from './fault.ts';
import { joinPath } from './json.ts';

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Record<string, unknown>;
  readonly message: string;
}

/** A compiled TypeBox schema. */
export interface Validator<S extends TSchema> {
  /** Every violation of `value`; none means that it has the schema's shape. */
  violations(value: unknown): Violation[];
  /** The value without properties that the schema does not have, or a `Fault` of code `invalidInput`. */
  read(value: unknown): Static<S>;
  /** Like `read`, for text that came in a URL or a form: `"5"` becomes 5 where a number is meant, one item a list of one. */
  readText(value: unknown): Static<S>;
}

/** A schema with a `pattern` says in `x-takes` for people what fits it: `an id of 24 hexadecimal digits`. The same pattern has the same words. */
export function validator<S extends TSchema>(schema: S): Validator<S> {
  const compiled = Compile(schema);
  const meanings = new Map(patternsIn(schema));
  const violations = (value: unknown): Violation[] =>
    compiled.Check(value) ? [] : readable(compiled.Errors(value), meanings);
  const read = (value: unknown): Static<S> => {
    const found = violations(value);
    if (found.length > 0) throw invalidInput(found);
    return compiled.Clean(value) as Static<S>;
  };
  return { violations, read, readText: (value) => read(convertText(schema, value)) };
}

/** Every pattern in a schema that says what fits it, with that. */
function* patternsIn(schema: unknown): Iterable<[pattern: string, takes: string]> {
  if (typeof schema !== 'object' || schema === null) return;
  if ('pattern' in schema && 'x-takes' in schema) yield [String(schema.pattern), String(schema['x-takes'])];
  for (const part of Object.values(schema)) yield* patternsIn(part);
}

interface TextSchema {
  readonly type?: string;
  readonly items?: TextSchema;
  readonly anyOf?: readonly TextSchema[];
  readonly properties?: Readonly<Record<string, TextSchema>>;
}

const shapesOfText: Readonly<Record<string, RegExp>> = {
  integer: /^-?(0|[1-9]\d*)$/,
  number: /^-?(0|[1-9]\d*)(\.\d+)?$/,
  boolean: /^(true|false)$/,
};

/** Turns text into what the schema means, where the text is its one plain spelling; anything else is left for the validator to refuse. */
function convertText(schema: TextSchema, value: unknown): unknown {
  const { type = '', items, anyOf, properties } = schema;
  if (properties && typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        Object.hasOwn(properties, name) ? convertText(properties[name]!, item) : item,
      ]),
    );
  }
  if (type === 'array') {
    return [value].flat().map((item) => convertText(items ?? {}, item));
  }
  if (typeof value !== 'string') return value;
  if (anyOf?.some((one) => one.type === 'string')) return value;
  const meant = anyOf?.find((one) => shapesOfText[one.type ?? '']?.test(value))?.type ?? type;
  return shapesOfText[meant]?.test(value) ? JSON.parse(value) : value;
}

function readable(errors: readonly SchemaError[], meanings: ReadonlyMap<string, string>): Violation[] {
  const choices = new Map<string, unknown[]>();
  for (const error of errors) {
    if (error.keyword !== 'const') continue;
    const allowed = choices.get(error.instancePath) ?? [];
    choices.set(error.instancePath, [...allowed, error.params['allowedValue']]);
  }
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ instancePath }) => instancePath);
  const isInUnion = (path: string) => unions.some((union) => `${path}/`.startsWith(`${union}/`));
  const typesAt = (path: string) =>
    errors.flatMap(({ keyword, instancePath, params }) =>
      keyword === 'type' && instancePath === path ? [String(params['type'])] : [],
    );
  /** Whether one of the union's schemas is the one that is meant, so that only what it says against the value counts. */
  const isSaidBetter = (union: string) =>
    errors.some(
      ({ keyword, instancePath }) =>
        keyword !== 'const' &&
        (instancePath === union
          ? keyword !== 'type' && keyword !== 'anyOf'
          : instancePath.startsWith(`${union}/`)),
    );
  const found: Violation[] = [];
  for (const error of errors) {
    const path = pathOfPointer(error.instancePath);
    switch (error.keyword) {
      case 'required':
        for (const name of error.params['requiredProperties'] as string[]) {
          found.push({ path: joinPath(path, name), message: 'is required' });
        }
        break;
      case 'additionalProperties':
        for (const name of error.params['additionalProperties'] as string[]) {
          found.push({ path: joinPath(path, name), message: 'is not a known property' });
        }
        break;
      case 'enum':
        found.push({ path, message: oneOf(error.params['allowedValues'] as unknown[]) });
        break;
      // Said better by what names all of them: `anyOf`, `additionalProperties`.
      case 'const':
        if (!isInUnion(error.instancePath))
          found.push({ path, message: oneOf([error.params['allowedValue']]) });
        break;
      case 'boolean':
        break;
      case 'type':
        if (!unions.includes(error.instancePath)) found.push({ path, message: error.message });
        break;
      case 'anyOf': {
        if (isSaidBetter(error.instancePath)) break;
        const allowed = choices.get(error.instancePath);
        const types = [...new Set(typesAt(error.instancePath))];
        if (allowed) found.push({ path, message: [oneOf(allowed), ...types].join(' or ') });
        else
          found.push({ path, message: types.length > 0 ? `must be ${types.join(' or ')}` : error.message });
        break;
      }
      case 'pattern': {
        const takes = meanings.get(String(error.params['pattern']));
        found.push({ path, message: takes === undefined ? error.message : `must be ${takes}` });
        break;
      }
      default:
        found.push({ path, message: error.message });
    }
  }
  return found.map(({ path, message }) => ({ path: path || 'body', message }));
}

function oneOf(values: readonly unknown[]): string {
  return `must be one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
}

/** JSON pointer `/a/0/b~1c` to `a[0].b/c`. */
function pathOfPointer(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : joinPath(path, part)), '');
}
