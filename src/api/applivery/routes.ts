import type { FastifyInstance } from 'fastify';
import { loadEntraConfigurations } from '../../compliance/index.ts';
import { serve, type Dialect, type SentQuery, type ServeOptions } from '../../http/index.ts';
import { gather } from '../../kernel/gather.ts';
import { parseHexId, type Id } from '../../kernel/id.ts';
import { windowsDeviceReader } from '../../policies/index.ts';
import type { Given, Own } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { errorAnswer, unexpectedError } from './errors.ts';
import { answers } from './open-api.ts';
import { permissionName } from './permissions.ts';

/** Applivery's UEM API under `/v1/organizations/{organizationId}`. */
export async function appliveryRoutes(server: FastifyInstance, options: ServeOptions): Promise<void> {
  const { database } = options.services;
  const dialect: Dialect<Given, Own> = {
    name: 'Applivery',
    endpoints,
    given: {
      gathered: {
        windowsDevices: windowsDeviceReader(database),
        entraConfiguration: gather((ids: readonly Id[]) => loadEntraConfigurations(database, ids)),
      },
    },
    prefix: '/v1/organizations',
    organizations: '',
    organizationParameter: 'organizationId',
    bodyLimit: 4 * 1024 * 1024,
    uploadLimit: 100 * 1024 * 1024,
    closedBodies: false,
    readId: parseHexId,
    permissionName,
    readQuery: withoutBrackets,
    describe: ({ data }) => ({ response: answers(data) }),
    sendAnswer: ({ data }, _request, reply) => reply.send({ status: true, data }),
    sendFault(fault, reply, endpoint) {
      const { status, body } = fault ? errorAnswer(fault, endpoint?.faults) : unexpectedError;
      return reply.code(status).send(body);
    },
  };
  await serve(server, dialect, options);
}

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
