import { quoted, refusal, violation } from '../violation.ts';
import { jsonKind } from './read-value.ts';

const kinds = { 'Edm.Boolean': 'boolean', 'Edm.String': 'string' } as const;

/** The parameters of an action, by name. All of them can be left out, and can be null. */
export type ParameterTypes = Readonly<Record<string, keyof typeof kinds>>;

export type Parameters<Types extends ParameterTypes> = {
  readonly [Name in keyof Types]?: Types[Name] extends 'Edm.Boolean' ? boolean : string;
};

/** Reads the body of an action: none is an empty one, and null is what is left out. Throws `invalidInput` with every violation. */
export function readParameters<const Types extends ParameterTypes>(
  types: Types,
  json: unknown = {},
): Parameters<Types> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw refusal([violation('', `The request body must be a JSON object, not ${jsonKind(json)}.`)]);
  }
  const given = Object.entries(json).filter(([name, value]) => value !== null && !name.includes('@'));
  const [first, ...rest] = given.flatMap(([name, value]: [string, unknown]) => {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined) {
      const known = Object.keys(types).join(', ');
      return [violation(name, `The parameter ${quoted(name)} is not one of this action; it takes ${known}.`)];
    }
    if (typeof value === kinds[type]) return [];
    return [violation(name, `The parameter '${name}' must be of type '${type}', not ${jsonKind(value)}.`)];
  });
  if (first) throw refusal([first, ...rest]);
  return Object.fromEntries(given) as Parameters<Types>;
}
