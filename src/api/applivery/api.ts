import { apiOf, jsonAnswer, type SentQuery } from '../../http/index.ts';
import { parseHexId } from '../../kernel/id.ts';
import type { Given, Own } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { errorAnswer, unexpectedError } from './errors.ts';
import { answers } from './open-api.ts';
import { permissionName } from './permissions.ts';

/** Applivery's UEM API under `/v1/organizations/{organizationId}`. */
export const api = apiOf<Given, Own>(
  {
    name: 'Applivery',
    prefix: '/v1/organizations',
    organizations: '',
    organizationParameter: 'organizationId',
    headers: {},
    bodyLimit: 4 * 1024 * 1024,
    uploadLimit: 100 * 1024 * 1024,
    closedBodies: false,
    readId: parseHexId,
    permissionName,
    readQuery: withoutBrackets,
    describe: ({ data }) => ({ response: answers(data) }),
    answer: ({ data }) => jsonAnswer(200, { status: true, data }),
    answerFault(fault, endpoint) {
      const { status, body } = fault ? errorAnswer(fault, endpoint?.faults) : unexpectedError;
      return jsonAnswer(status, body);
    },
  },
  endpoints,
);

/** Clients spell a list as `tags=a&tags=b` or as `tags[]=a&tags[]=b`. */
function withoutBrackets(query: SentQuery): SentQuery {
  const spelled = Object.keys(query).filter((name) => name.endsWith('[]'));
  if (spelled.length === 0) return query;
  const read = { ...query };
  for (const name of spelled) {
    const plain = name.slice(0, -2);
    read[plain] = [read[plain] ?? [], read[name]!].flat();
    delete read[name];
  }
  return read;
}
