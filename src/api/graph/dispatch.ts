import type { CommandMakers } from '../../devices/commands/index.ts';
import { faultOf } from '../../http/index.ts';
import { etagOf, readIfMatch } from '../../kernel/etag.ts';
import { Fault } from '../../kernel/fault.ts';
import { change, type Caller, type ChangeServices } from '../../tenancy/index.ts';
import {
  graphError,
  graphInternalError,
  type ErrorContext,
  type Flavour,
  type GraphErrorAnswer,
} from './errors.ts';
import type { GatheredReads } from './gathered-reads.ts';
import type { GraphVersion } from './model/document.ts';
import { models } from './model/model.ts';
import { odataContext } from './payload/context.ts';
import { contentType, metadataLevel, type MetadataLevel } from './payload/metadata-level.ts';
import { requirePermission } from './permissions.ts';
import { graphRoutes } from './resources/index.ts';
import type { GraphRoute, RouteAnswer } from './route.ts';
import {
  matchPath,
  parsePath,
  pathTemplate,
  type PathMatch,
  type PathPiece,
  type PathTemplate,
} from './url.ts';
import { quoted } from './violation.ts';

/** A request as the HTTP edge, or a batch, hands it over. */
export interface GraphRequest {
  readonly method: string;
  readonly version: GraphVersion;
  /** Scheme and host, as the client called it. */
  readonly origin: string;
  /** Below the version, with its query string. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  readonly caller: Caller;
  readonly requestId: string;
}

export interface GraphAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text; undefined sends no body. */
  readonly body: string | undefined;
}

/** What answering requests needs from the process. */
export interface GraphServices extends ChangeServices {
  /** Make the commands that devices of an organization take. */
  readonly commandMakers: CommandMakers;
  readonly gathered: GatheredReads;
}

/** Answers one request. Whatever it throws, `failureAnswer` answers. */
export async function dispatch(services: GraphServices, request: GraphRequest): Promise<GraphAnswer> {
  const [path, query] = splitOnce(request.target, '?');
  const serviceRoot = `${request.origin}/${request.version}`;
  const pieces = parsePath(path);
  const candidates = routesAt(request.version, pieces);
  if (request.method === 'OPTIONS') {
    return { status: 204, headers: { allow: methodsOf(candidates).join(', ') }, body: undefined };
  }
  const found = routeFor(request.method, candidates);
  requirePermission(request.caller.principal, found.route.permission);

  const scope = { ...request.caller, requestId: request.requestId };
  const search = new URLSearchParams(query);
  const format = [...search].find(([name]) => /^\$?format$/i.test(name))?.[1];
  const metadata = metadataLevel(format ?? request.headers['accept']);
  const answer = await found.route.handle({
    version: request.version,
    model: models[request.version],
    serviceRoot,
    path,
    match: found.match,
    search,
    body: request.body,
    ifMatch: readIfMatch(request.headers['if-match']),
    metadata,
    prefer: preferences(request.headers['prefer']),
    read: { db: services.database, scope },
    gathered: services.gathered,
    commandMakers: services.commandMakers(request.caller.organization),
    change: (work) => change(services, scope, work),
  });
  return written(answer, serviceRoot, metadata);
}

interface RouteMatch {
  readonly route: GraphRoute;
  readonly match: PathMatch;
}

interface PathRoutes {
  readonly template: PathTemplate;
  readonly routes: readonly GraphRoute[];
}

/** What each version serves, by path, so that a request is matched against each path once. */
const served: Readonly<Record<GraphVersion, readonly PathRoutes[]>> = {
  'v1.0': routesByPath('v1.0'),
  beta: routesByPath('beta'),
};

function routesByPath(version: GraphVersion): PathRoutes[] {
  const routes = graphRoutes.filter(({ versions }) => versions.includes(version));
  return [...Map.groupBy(routes, ({ template }) => template)].map(([template, ofPath]) => ({
    template: pathTemplate(template),
    routes: ofPath,
  }));
}

/** The routes of a path, whatever their method. What may be an operation's qualified name is not taken for a cast. */
function routesAt(version: GraphVersion, pieces: readonly PathPiece[]): RouteMatch[] {
  const matching = served[version].flatMap(({ template, routes }) => {
    const match = matchPath(template, pieces);
    return match ? routes.map((route) => ({ route, match })) : [];
  });
  if (matching.length === 0) {
    const segment = quoted(firstUnknown(version, pieces));
    throw new Fault('routeNotFound', `Resource not found for the segment ${segment}.`);
  }
  const withoutCast = matching.filter(({ match }) => match.cast === undefined);
  return withoutCast.length > 0 ? withoutCast : matching;
}

function routeFor(method: string, candidates: readonly RouteMatch[]): RouteMatch {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const found = candidates.find(({ route }) => route.method === wanted);
  if (found) return found;
  const accepted = methodsOf(candidates);
  throw new Fault(
    'methodNotAllowed',
    `Specified HTTP method is not allowed for the request target. Allowed here: ${accepted.join(', ')}.`,
    { accepted },
  );
}

function methodsOf(candidates: readonly RouteMatch[]): string[] {
  const methods = candidates.flatMap(({ route: { method } }) =>
    method === 'GET' ? ['GET', 'HEAD'] : method,
  );
  return [...new Set([...methods, 'OPTIONS'])];
}

/** The first name at which the path leaves everything that this version serves. */
function firstUnknown(version: GraphVersion, pieces: readonly PathPiece[]): string {
  const beginnings = served[version].flatMap(({ template: { names } }) =>
    names.map((_, index) => ({ names: names.slice(0, index + 1), isFunction: false })),
  );
  const isKnown = (end: number) => beginnings.some((beginning) => matchPath(beginning, pieces.slice(0, end)));
  const unknown = pieces.findIndex((_, index) => !isKnown(index + 1));
  const named = pieces.slice(0, unknown < 0 ? pieces.length : unknown + 1);
  return named.findLast((piece) => piece.kind === 'segment')?.text ?? '';
}

function preferences(header: string | undefined): ReadonlySet<string> {
  const parts = (header ?? '').split(/[,;]/).map((part) => part.trim().toLowerCase().replaceAll('"', ''));
  return new Set(parts.filter((part) => part !== ''));
}

function written(answer: RouteAnswer, serviceRoot: string, metadata: MetadataLevel): GraphAnswer {
  const headers = {
    'odata-version': '4.0',
    'cache-control': 'no-cache',
    ...(answer.revision !== undefined && { etag: etagOf(answer.revision) }),
    ...answer.headers,
  };
  if (answer.body === undefined) return { status: answer.status, headers, body: undefined };
  if (typeof answer.body === 'string') {
    return {
      status: answer.status,
      headers: { ...headers, 'content-type': 'text/plain' },
      body: answer.body,
    };
  }
  const context =
    answer.subject && metadata !== 'none'
      ? { '@odata.context': odataContext(serviceRoot, answer.subject) }
      : {};
  const body = JSON.stringify({ ...context, ...(answer.body as object) });
  return { status: answer.status, headers: { ...headers, 'content-type': contentType(metadata) }, body };
}

/** The answer to whatever was thrown while a request was read or answered. `isBug` when it should not have been. */
export function failureAnswer(
  error: unknown,
  context: ErrorContext,
): GraphAnswer & { readonly isBug: boolean } {
  const fault = faultOf(error);
  const { status, headers, body } = errorAnswer(
    fault ? graphError(fault, context) : graphInternalError(context),
  );
  return {
    status,
    headers: {
      ...headers,
      ...(fault?.code === 'methodNotAllowed' && { allow: fault.accepted.join(', ') }),
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    },
    body,
    isBug: !fault,
  };
}

/** An error as it is sent. */
export function errorAnswer({ status, body }: GraphErrorAnswer): GraphAnswer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-cache' };
  return { status, headers, body: JSON.stringify(body) };
}

/** Whether Intune or the directory would answer at this path below the version. */
export function flavourOf(target: string): Flavour {
  return /^\/*device(management|appmanagement)\b/i.test(target) ? 'intune' : 'directory';
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
