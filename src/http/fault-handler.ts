import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Fault } from '../kernel/fault.ts';
import { faultOf } from './fault-of.ts';

/** Sends a fault in one API's words. No fault means that the server made a mistake, of which the caller is told nothing more. */
export type AnswerFault = (
  fault: Fault | undefined,
  reply: FastifyReply,
  request: FastifyRequest,
) => FastifyReply;

/** An error handler that logs bugs. */
export function faultHandler(answer: AnswerFault) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const fault = faultOf(error);
    if (!fault) request.log.error({ err: error }, 'unexpected error');
    return answer(fault, reply, request);
  };
}

/** Answers what is thrown, and paths that lead nowhere. */
export function answerFaults(server: FastifyInstance, answer: AnswerFault): void {
  server.setErrorHandler(faultHandler(answer));
  server.setNotFoundHandler(async ({ method, url }) => {
    throw routeNotFound(method, url);
  });
}

export function routeNotFound(method: string, url: string): Fault {
  return new Fault('routeNotFound', `There is no operation at ${method} ${url.split('?')[0]}.`);
}
