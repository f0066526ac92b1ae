import type { FastifyInstance } from 'fastify';
import {
  answerFaults,
  faultHandler,
  problemAnswer,
  sendAnswer,
  serve,
  type ServeOptions,
} from '../../http/index.ts';
import { api } from './api.ts';
import type { Given } from './endpoint.ts';

export async function nativeRoutes(server: FastifyInstance, options: ServeOptions<Given>): Promise<void> {
  await serve(server, api, options);
}

/** Answers what is thrown, and unknown paths, with problem details. */
export function answerProblems(server: FastifyInstance): void {
  answerFaults(server, (fault, reply) => sendAnswer(reply, problemAnswer(fault)));
}

/** Answers an error with problem details. */
export const answerProblem = faultHandler((fault, reply) => sendAnswer(reply, problemAnswer(fault)));
