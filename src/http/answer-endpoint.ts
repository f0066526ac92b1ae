import { etagOf } from '../kernel/etag.ts';
import { Fault } from '../kernel/fault.ts';
import type { Json } from '../kernel/json.ts';
import { validator } from '../kernel/schema.ts';
import { change, type Caller, type ChangeServices, type Permission } from '../tenancy/index.ts';
import type { Answer } from './answer.ts';
import type { Dialect } from './dialect.ts';
import { permissionsOf, type EndpointOf } from './endpoint.ts';
import { inputReader, type SentInput } from './input.ts';

/** What answering an API's requests takes from the process. */
export interface AnswerOptions<Given> {
  readonly services: ChangeServices;
  /** What the API's handlers get beside the request. */
  readonly given: Given;
  /** Checks every answer against its schema and fails when it differs: for tests. */
  readonly checkAnswers: boolean;
}

/** A request that found its operation, of a caller who is in the organization that its path names. */
interface EndpointCall extends SentInput {
  readonly url: string;
  readonly caller: Caller;
  readonly requestId: string;
}

export type AnswerEndpoint<Given> = (options: AnswerOptions<Given>, call: EndpointCall) => Promise<Answer>;

/** Makes the function that answers one operation's requests. What it throws, `Dialect.answerFault` answers. */
export function endpointAnswerer<Given, Own>(
  endpoint: EndpointOf<Given, Own>,
  dialect: Dialect<Given, Own>,
): AnswerEndpoint<Given> {
  const readInput = inputReader(endpoint, dialect);
  const data = validator(endpoint.data);
  const permissions = permissionsOf(endpoint);

  return async ({ services, given, checkAnswers }, call) => {
    const { caller, requestId, url } = call;
    requirePermissions(caller, permissions, dialect.permissionName);
    const scope = { ...caller, requestId };
    const answer = await endpoint.handle({
      ...(await readInput(call)),
      read: { db: services.database, scope },
      change: (work) => change(services, scope, work),
      ...given,
    });
    const wrong = checkAnswers ? data.violations(asSent(answer.data)) : [];
    if (wrong.length > 0) {
      throw new Error(`${endpoint.method} ${endpoint.url} answers ${JSON.stringify(wrong)}`);
    }
    const spelled = dialect.answer(answer, url);
    if (answer.revision === undefined) return spelled;
    return { ...spelled, headers: { ...spelled.headers, etag: etagOf(answer.revision) } };
  };
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
export function asSent(data: unknown): Json | undefined {
  return data === undefined ? undefined : (JSON.parse(JSON.stringify(data)) as Json);
}
