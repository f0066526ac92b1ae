import { apiOf, jsonAnswer, type Answer } from '../../http/index.ts';
import type { Fault } from '../../kernel/fault.ts';
import type { Given, Own } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { describe } from './open-api.ts';
import { problemOf, unexpectedProblem } from './problem.ts';
import { readId } from './shapes.ts';

/** Muster's own API under `/api/v1/organizations/{organization}`. */
export const api = apiOf<Given, Own>(
  {
    name: 'Muster',
    prefix: '/api',
    organizations: '/v1/organizations',
    organizationParameter: 'organization',
    headers: { 'cache-control': 'no-store' },
    bodyLimit: 4 * 1024 * 1024,
    closedBodies: true,
    readId,
    permissionName: (permission) => permission,
    describe,
    answer({ data, created }, url) {
      if (data === undefined) return jsonAnswer(204, undefined);
      if (created === undefined) return jsonAnswer(200, data);
      return jsonAnswer(201, data, { location: `${url.split(/[?#]/)[0]}/${created}` });
    },
    answerFault: problemAnswer,
  },
  endpoints,
);

/** Answers a fault, or without one a bug, with problem details. */
export function problemAnswer(fault: Fault | undefined): Answer {
  const problem = fault ? problemOf(fault) : unexpectedProblem;
  return jsonAnswer(problem.status, problem, {
    'content-type': 'application/problem+json; charset=utf-8',
    ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
  });
}
