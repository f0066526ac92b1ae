import type { FastifyInstance, FastifyReply } from 'fastify';
import {
  answerFaults,
  faultHandler,
  serve,
  type Dialect,
  type EndpointAnswer,
  type ServeOptions,
} from '../../http/index.ts';
import type { Fault } from '../../kernel/fault.ts';
import type { Given, Own } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { describe } from './open-api.ts';
import { problemOf, unexpectedProblem } from './problem.ts';
import { readId } from './shapes.ts';

interface NativeOptions extends ServeOptions {
  readonly services: ServeOptions['services'] & Given;
}

/** Muster's own API under `/api/v1/organizations/{organization}`. */
export async function nativeRoutes(server: FastifyInstance, options: NativeOptions): Promise<void> {
  const dialect: Dialect<Given, Own> = {
    name: 'Muster',
    endpoints,
    given: { permissionsOf: options.services.permissionsOf },
    prefix: '/api',
    organizations: '/v1/organizations',
    organizationParameter: 'organization',
    headers: { 'cache-control': 'no-store' },
    bodyLimit: 1024 * 1024,
    closedBodies: true,
    readId,
    permissionName: (permission) => permission,
    describe,
    sendAnswer: (answer, { url }, reply) => send(reply, url, answer),
    sendFault: sendProblem,
  };
  await serve(server, dialect, options);
}

function send(reply: FastifyReply, url: string, { data, created }: EndpointAnswer<unknown>): FastifyReply {
  if (data === undefined) return reply.code(204).send();
  if (created === undefined) return reply.send(data);
  return reply
    .code(201)
    .header('location', `${url.split(/[?#]/)[0]}/${created}`)
    .send(data);
}

function sendProblem(fault: Fault | undefined, reply: FastifyReply): FastifyReply {
  const problem = fault ? problemOf(fault) : unexpectedProblem;
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(problem.status).type('application/problem+json').send(problem);
}

/** Answers what is thrown, and unknown paths, with problem details. */
export function answerProblems(server: FastifyInstance): void {
  answerFaults(server, sendProblem);
}

/** Answers an error with problem details. */
export const answerProblem = faultHandler(sendProblem);
