import type { FastifyInstance } from 'fastify';
import { etagOf } from '../kernel/etag.ts';
import { Fault } from '../kernel/fault.ts';
import { validator } from '../kernel/schema.ts';
import { change, type Caller, type ChangeServices, type Permission } from '../tenancy/index.ts';
import type { Dialect } from './dialect.ts';
import { permissionsOf, type EndpointOf } from './endpoint.ts';
import { inputReader } from './input.ts';
import { openApi } from './open-api.ts';

export interface EndpointOptions {
  readonly services: ChangeServices;
  /** Checks every answer against its schema and fails when it differs: for tests. */
  readonly checkAnswers: boolean;
}

/** Answers one operation's requests, of callers that are known already. */
export function addEndpoint<Given, Own>(
  server: FastifyInstance,
  url: string,
  endpoint: EndpointOf<Given, Own>,
  dialect: Dialect<Given, Own>,
  { services, checkAnswers }: EndpointOptions,
): void {
  const { bodyLimit, uploadLimit = bodyLimit } = dialect;
  const readInput = inputReader(endpoint, dialect);
  const data = validator(endpoint.data);

  server.route({
    method: endpoint.method,
    url,
    bodyLimit: endpoint.consumes === 'multipart' ? uploadLimit : bodyLimit,
    config: { endpoint },
    schema: openApi(endpoint, dialect),
    async handler(request, reply) {
      const caller = request.getDecorator<Caller>('caller');
      requirePermissions(caller, permissionsOf(endpoint), dialect.permissionName);
      const scope = { ...caller, requestId: request.id };
      const answer = await endpoint.handle({
        ...(await readInput(request)),
        read: { db: services.database, scope },
        change: (work) => change(services, scope, work),
        ...dialect.given,
      });
      const wrong = checkAnswers ? data.violations(asSent(answer.data)) : [];
      if (wrong.length > 0) {
        throw new Error(`${endpoint.method} ${endpoint.url} answers ${JSON.stringify(wrong)}`);
      }
      if (answer.revision !== undefined) reply.header('etag', etagOf(answer.revision));
      return dialect.sendAnswer(answer, request, reply);
    },
  });
}

function requirePermissions(
  { principal }: Caller,
  needed: readonly Permission[],
  nameOf: (permission: Permission) => string,
): void {
  const missing = needed.find((permission) => !principal.permissions.has(permission));
  if (missing === undefined) return;
  const name = nameOf(missing);
  throw new Fault('forbidden', `The permission ${name} is needed.`, { accepted: [name] });
}

/** What the client gets to see of a value. */
function asSent(data: unknown): unknown {
  return data === undefined ? undefined : JSON.parse(JSON.stringify(data));
}
