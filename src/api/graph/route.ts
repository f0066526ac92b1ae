import type { CommandMakers } from '../../devices/commands/index.ts';
import { parseGuidId, type Id } from '../../kernel/id.ts';
import { Fault, notFound } from '../../kernel/fault.ts';
import type { Permission, ReadContext, WriteContext } from '../../tenancy/index.ts';
import { directoryObjectNotFound, type Flavour } from './errors.ts';
import type { GraphVersion } from './model/document.ts';
import { findType, isDerivedFrom, type Model } from './model/model.ts';
import type { ContextSubject } from './payload/context.ts';
import type { MetadataLevel } from './payload/metadata-level.ts';
import type { GatheredReads } from './gathered-reads.ts';
import type { PathMatch } from './url.ts';
import { quoted, refuse } from './violation.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** A request that found its route and whose caller may make it. */
export interface RouteRequest {
  readonly version: GraphVersion;
  readonly model: Model;
  /** `https://{host}/{version}`, as the client called it. */
  readonly serviceRoot: string;
  /** The path below the version, as the client wrote it. */
  readonly path: string;
  readonly match: PathMatch;
  readonly search: URLSearchParams;
  /** The JSON body; undefined when there is none. */
  readonly body: unknown;
  /** Revisions that `If-Match` allows; undefined allows any. */
  readonly ifMatch: readonly number[] | undefined;
  /** How much of OData's annotations the client wants. */
  readonly metadata: MetadataLevel;
  /** What `Prefer` asks for, in lower case. */
  readonly prefer: ReadonlySet<string>;
  readonly read: ReadContext;
  readonly gathered: GatheredReads;
  readonly commandMakers: ReturnType<CommandMakers>;
  readonly change: <Result>(work: (context: WriteContext) => Promise<Result>) => Promise<Result>;
}

export interface RouteAnswer {
  readonly status: number;
  /** JSON, or text for `$count`; undefined sends no body. */
  readonly body?: unknown;
  /** What the answer's `@odata.context` speaks of; none for answers without a body. */
  readonly subject?: ContextSubject;
  readonly revision?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One operation of the Graph API. Routing, authorisation and the contract tests follow from it. */
export interface GraphRoute {
  readonly method: Method;
  /** Below the version, such as `deviceManagement/deviceConfigurations/{id}`. */
  readonly template: string;
  readonly versions: readonly GraphVersion[];
  readonly flavour: Flavour;
  /** All of them are needed. */
  readonly permission: Permission | readonly Permission[];
  readonly handle: (request: RouteRequest) => Promise<RouteAnswer>;
}

export const bothVersions: readonly GraphVersion[] = ['v1.0', 'beta'];

/** Declares a route that both versions have, in an area whose errors are of one flavour. */
export function routesOf(flavour: Flavour) {
  return (
    method: Method,
    template: string,
    permission: GraphRoute['permission'],
    handle: GraphRoute['handle'],
  ): GraphRoute => ({ method, template, versions: bothVersions, flavour, permission, handle });
}

/** The id that a key of the path names. A key that no id can be is not found, as an unknown one. Faults: `notFound`. */
export function idOfKey(match: PathMatch, position: number, what: string): Id {
  const text = keyText(match, position);
  const id = parseGuidId(text);
  if (!id) throw notFound(what, text);
  return id;
}

/** A key of the path. `x(id='1')` is `x('1')`. */
export function keyAt({ keys }: PathMatch, position: number): string {
  const key = keys[position] ?? '';
  if (typeof key === 'string') return key;
  return (key.size === 1 ? key.get('id') : undefined) ?? JSON.stringify(Object.fromEntries(key));
}

/** A key of the path as an error may repeat it. */
export function keyText(match: PathMatch, position: number): string {
  const text = keyAt(match, position);
  return text.length > 64 ? `${text.slice(0, 63)}…` : text;
}

/** Entra has words of its own for an id that it does not have: here the path's first one, unless the fault tells a place of the body. */
export async function inWordsOfTheDirectory<Result>(
  match: PathMatch,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const isNotFound = error instanceof Fault && error.code === 'notFound' && error.violations.length === 0;
    throw isNotFound && match.keys.length > 0 ? directoryObjectNotFound(keyText(match, 0)) : error;
  }
}

/** The type that a cast in the path narrows the declared one to. Faults: `invalidInput`. */
export function castType({ model, match: { cast } }: RouteRequest, declared: string): string {
  if (cast === undefined) return declared;
  const type = findType(model, cast);
  if (type && isDerivedFrom(model, type.name, declared)) return type.name;
  throw refuse('url', `The type ${quoted(cast)} in the path is not derived from '${declared}'.`);
}
