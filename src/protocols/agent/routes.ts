import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  agentAuthenticator,
  leastSecondsBetweenReports,
  type AgentSelf,
  type CallingAgent,
} from '../../devices/agents/index.ts';
import type { Database } from '../../database/index.ts';
import {
  acceptJson,
  answerFaults,
  describedProblem,
  problemAnswer,
  refuseOtherMethods,
  sendAnswer,
} from '../../http/index.ts';
import { Fault } from '../../kernel/fault.ts';
import { validator } from '../../kernel/schema.ts';
import type { DocumentReader } from '../../policies/index.ts';
import { change, deviceScope, organizationById, type ChangeServices } from '../../tenancy/index.ts';
import { agentConfig } from './agent-config.ts';
import { location } from './location.ts';
import { networkStatus } from './network-status.ts';
import type { AgentOperation } from './operation.ts';
import { schedulerScripts } from './scheduler-scripts.ts';
import { scriptLogs } from './script-logs.ts';

interface AgentSettings {
  readonly services: ChangeServices & { readonly database: Database };
  readonly documents: DocumentReader;
  /** Fail when an answer is not of its declared shape: for tests. */
  readonly checkAnswers: boolean;
}

const operations: readonly AgentOperation[] = [
  agentConfig,
  schedulerScripts,
  scriptLogs,
  location,
  networkStatus,
];

const prefix = '/mdm/agent/v1';

/** Of every message; a script's result has two outputs, each of which JSON may write several times as long. */
const bodyLimit = 2 * 1024 * 1024;

/** What the agents of devices talk to: what a platform's own management protocol cannot do. */
export async function agentRoutes(server: FastifyInstance, settings: AgentSettings): Promise<void> {
  await server.register(async (scope) => serveAgents(scope, settings), { prefix });
}

async function serveAgents(server: FastifyInstance, settings: AgentSettings): Promise<void> {
  const { database, clock } = settings.services;
  const authenticate = agentAuthenticator({ database, clock });
  acceptJson(server, bodyLimit);
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => (data) => JSON.stringify(data));
  server.decorateRequest('agent', null);
  server.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const { authorization, 'user-agent': userAgent } = request.headers;
    request.setDecorator('agent', await authenticate(authorization, selfIn(userAgent)));
  });
  answerFaults(server, (fault, reply) => {
    if (fault?.code === 'tooManyRequests') reply.header('retry-after', leastSecondsBetweenReports);
    return sendAnswer(reply, problemAnswer(fault));
  });
  for (const operation of operations) {
    addOperation(server, operation, settings);
    refuseOtherMethods(server, operation.url, [operation.method]);
  }
}

function addOperation(server: FastifyInstance, operation: AgentOperation, settings: AgentSettings): void {
  const { method, url, handle } = operation;
  const { services, documents, checkAnswers } = settings;
  const readBody = operation.body && validator(operation.body);
  const data = validator(operation.data);
  server.route({
    method,
    url,
    schema: described(operation),
    async handler(request, reply) {
      const { organizationId, agent } = request.getDecorator<CallingAgent>('agent');
      const organization = await organizationById(services.database, organizationId);
      const scope = deviceScope(organization!, request.id);
      const answer = await handle({
        agent,
        body: readBody ? readBody.read(sentBody(request)) : {},
        known: tagsIn(request.headers['if-none-match']),
        read: { db: services.database, scope },
        change: (work) => change(services, scope, work),
        documents,
        now: services.clock(),
      });
      if (answer.tag !== undefined) reply.header('etag', `"${answer.tag}"`);
      if (answer.data === undefined) return reply.code(304).send();
      const wrong = checkAnswers ? data.violations(answer.data) : [];
      if (wrong.length > 0) throw new Error(`${method} ${url} answers ${JSON.stringify(wrong)}`);
      return reply.type('application/json; charset=utf-8').send(answer.data);
    },
  });
}

function sentBody({ body }: FastifyRequest): unknown {
  if (body === undefined) throw new Fault('invalidInput', 'The body is missing; send a JSON object.');
  return body;
}

/** `name/version (operating system)`, as agents name themselves. */
function selfIn(userAgent: string | undefined): AgentSelf {
  const [, name, version, os] =
    /^([\w.-]{1,64})\/([\w.+-]{1,64}) \(([^()]{1,128})\)/.exec(userAgent ?? '') ?? [];
  return { version: version === undefined ? null : `${name}/${version}`, os: os ?? null };
}

function tagsIn(header: string | undefined): string[] {
  return (header ?? '').split(',').flatMap((tag) => /^\s*(?:W\/)?"([^"]*)"\s*$/.exec(tag)?.[1] ?? []);
}

function described({ name, method, summary, description, body, data }: AgentOperation): object {
  return {
    operationId: name,
    tags: ['Agents of devices'],
    summary,
    description,
    security: [{ bearer: [] }],
    ...(body && { body }),
    response: {
      200: { description: 'Done', ...data },
      ...(method === 'GET' && { 304: { description: 'Nothing has changed', type: 'null' } }),
      400: describedProblem('Invalid input'),
      401: describedProblem("No agent's token, or not a valid one"),
      ...(method === 'POST' && {
        403: describedProblem("The device's policies do not allow the report"),
        404: describedProblem('There is no such run of this agent'),
        429: describedProblem(
          'The report before came a short time ago; `Retry-After` says when to come again',
        ),
      }),
    },
  };
}
