import type { FastifyInstance } from 'fastify';
import { serve, type ServeOptions } from '../../http/index.ts';
import { api } from './api.ts';
import type { Given } from './endpoint.ts';
import { gatheredReads } from './gathered-reads.ts';

export async function appliveryRoutes(
  server: FastifyInstance,
  options: Omit<ServeOptions<unknown>, 'given'> & Pick<Given, 'commandMakers' | 'publicUrl'>,
): Promise<void> {
  const { commandMakers, publicUrl, ...rest } = options;
  const gathered = gatheredReads(options.services.database);
  await serve(server, api, { ...rest, given: { gathered, commandMakers, publicUrl } });
}
