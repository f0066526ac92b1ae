import type { FastifyInstance } from 'fastify';
import { serve, type ServeOptions } from '../../http/index.ts';
import { api } from './api.ts';
import { gatheredReads } from './gathered-reads.ts';

export async function appliveryRoutes(
  server: FastifyInstance,
  options: Omit<ServeOptions<unknown>, 'given'>,
): Promise<void> {
  await serve(server, api, { ...options, given: { gathered: gatheredReads(options.services.database) } });
}
