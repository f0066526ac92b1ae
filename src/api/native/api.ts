import { apiOf, jsonAnswer, problemAnswer } from '../../http/index.ts';
import type { Given, Own } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { describe } from './open-api.ts';
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
