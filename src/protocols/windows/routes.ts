import type { FastifyInstance } from 'fastify';
import { signatureReader } from '../../cms/index.ts';
import { contentRoutes } from './content/routes.ts';
import { keySets } from './enroll/entra/key-sets.ts';
import { enrollRoutes } from './enroll/routes.ts';
import type { WindowsOptions, WindowsSettings } from './options.ts';
import { sessionRoutes } from './session/routes.ts';

/** What Windows PCs talk to. */
export async function windowsRoutes(server: FastifyInstance, settings: WindowsSettings): Promise<void> {
  const options: WindowsOptions = {
    ...settings,
    signatures: signatureReader(),
    keySets: keySets({ fetch: settings.fetch, clock: settings.services.clock }),
  };
  await server.register(enrollRoutes, options);
  await server.register(sessionRoutes, options);
  await server.register(contentRoutes, settings);
}
