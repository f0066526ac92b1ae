import type { Model } from '../model/model.ts';
import { metadataLevel, type MetadataLevel } from '../payload/metadata-level.ts';
import { quoted, refusal, refuse, type GraphViolation } from '../violation.ts';
import { Fault } from '../../../kernel/fault.ts';
import type { Filter, OrderKey } from './ast.ts';
import { isDerivedProperty, selectedProperty, type Scope } from './check.ts';
import { parseFilter } from './filter.ts';
import { parseOrderBy } from './order-by.ts';

export type QueryOption =
  | 'select'
  | 'top'
  | 'skip'
  | 'filter'
  | 'orderby'
  | 'expand'
  | 'count'
  | 'skiptoken'
  | 'format';

/** What a route allows in its query string. */
export interface QueryRules {
  readonly model: Model;
  /** The declared type of the entities asked for. */
  readonly type: string;
  /** What the route supports. Any other option is refused by its name. */
  readonly options: readonly QueryOption[];
  /** The largest `$top`. */
  readonly maxTop: number;
  /** `$select` takes a property of a derived type without that type before it, as the directory does. */
  readonly selectsDerived?: true;
  /** Navigation properties that `$expand` may name. */
  readonly expandable: readonly string[];
}

export interface Query {
  /** Property names, those of a derived type as `microsoft.graph.x/name`; absent for all of them. */
  readonly select?: readonly string[];
  readonly top?: number;
  readonly skip?: number;
  readonly filter?: Filter;
  readonly orderBy?: readonly OrderKey[];
  readonly expand?: readonly string[];
  readonly count?: boolean;
  /** Opaque: what the previous page's `@odata.nextLink` had. */
  readonly skipToken?: string;
  /** The level that `$format` asks for; it outranks the `Accept` header. */
  readonly format?: MetadataLevel;
}

const readers: { readonly [Option in QueryOption]: (rules: QueryRules, text: string) => Query } = {
  select: (rules, text) => parseSelect(rules, text),
  top: (rules, text) => ({ top: parseCount('$top', text, rules.maxTop) }),
  skip: (_, text) => ({ skip: parseCount('$skip', text, 2 ** 31 - 1) }),
  filter: (rules, text) => ({ filter: parseFilter(scopeOf(rules, '$filter'), text) }),
  orderby: (rules, text) => ({ orderBy: parseOrderBy(scopeOf(rules, '$orderby'), text) }),
  expand: (rules, text) => ({ expand: parseExpand(rules, text) }),
  count: (_, text) => ({ count: parseBoolean('$count', text) }),
  skiptoken: (_, text) => ({ skipToken: parseToken(text) }),
  format: (_, text) => ({ format: parseFormat(text) }),
};

/** Reads the query string; the `$` of an option may be missing. Throws `invalidInput` with one violation for each bad option. */
export function parseQuery(rules: QueryRules, search: URLSearchParams): Query {
  const violations: GraphViolation[] = [];
  const options: Query[] = [];
  const seen = new Set<string>();
  for (const [name, text] of search) {
    try {
      options.push(readOption(rules, name, text, seen));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      violations.push(...(error.violations as GraphViolation[]));
    }
  }
  const [first, ...rest] = violations;
  if (first) throw refusal([first, ...rest]);
  return Object.assign({}, ...options) as Query;
}

function readOption(rules: QueryRules, name: string, text: string, seen: Set<string>): Query {
  const option = name.replace(/^\$/, '').toLowerCase();
  if (!rules.options.some((known) => known === option)) {
    const supported = rules.options.map((known) => `$${known}`).join(', ') || 'none';
    throw refuse(
      name,
      `${quoted(name)} is not supported by the service. Supported query options here: ${supported}.`,
    );
  }
  if (seen.has(option)) throw refuse(`$${option}`, `The query option '$${option}' must be given once only.`);
  seen.add(option);
  if (/\p{Cc}/u.test(text))
    throw refuse(`$${option}`, `The query option '$${option}' has a control character in it.`);
  return readers[option as QueryOption](rules, text);
}

function parseSelect(rules: QueryRules, text: string): Query {
  const names = namesIn('$select', text);
  if (names.includes('*')) return {};
  const scope = scopeOf(rules, '$select');
  const selected = (name: string) =>
    rules.selectsDerived && isDerivedProperty(scope, name) ? name : selectedProperty(scope, name);
  return { select: [...new Set(names.map(selected))] };
}

function parseExpand(rules: QueryRules, text: string): string[] {
  const nested = /^\s*([\w.]+)\s*\(/.exec(text)?.[1];
  if (nested)
    throw refuse('$expand', `Options in parentheses after ${quoted(nested)} are not supported in '$expand'.`);
  const names = namesIn('$expand', text);
  const unknown = names.find((name) => !rules.expandable.includes(name));
  if (unknown === undefined) return [...new Set(names)];
  const known = rules.expandable.map((name) => `'${name}'`).join(', ') || 'nothing';
  throw refuse(
    '$expand',
    `Could not find a navigation property named ${quoted(unknown)} on type '${rules.type}'. Can be expanded: ${known}.`,
  );
}

function namesIn(option: string, text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw refuse(option, `'${option}' must be names with commas between them.`);
  return names;
}

function parseCount(option: string, text: string, most: number): number {
  const count = /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  if (count === undefined)
    throw refuse(option, `'${option}' must be a whole number from 0 to ${most}, not ${quoted(text)}.`);
  if (count <= most) return count;
  throw refuse(
    option,
    `The limit of '${most}' for '${option}' has been exceeded. The value from the incoming request is '${count}'.`,
  );
}

function parseBoolean(option: string, text: string): boolean {
  const value = text.toLowerCase();
  if (value === 'true' || value === 'false') return value === 'true';
  throw refuse(option, `'${option}' must be true or false, not ${quoted(text)}.`);
}

function parseToken(text: string): string {
  if (text !== '' && text.length <= 2000) return text;
  throw refuse('$skiptoken', "'$skiptoken' must be what an '@odata.nextLink' has in it.");
}

function parseFormat(text: string): MetadataLevel {
  if (/^(?:json|application\/json)(?:\s*;.*)?$/i.test(text)) return metadataLevel(text);
  throw refuse('$format', `'$format' must be json, not ${quoted(text)}.`);
}

function scopeOf({ model, type }: QueryRules, option: string): Scope {
  return { model, type, option };
}
