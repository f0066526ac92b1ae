import { randomBytes, X509Certificate } from 'node:crypto';
import swagger from '@fastify/swagger';
import apiReference from '@scalar/fastify-api-reference';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { answerApiRequest } from './api-requests.ts';
import { appliveryRoutes } from './api/applivery/index.ts';
import { graphApi, graphRolesOf } from './api/graph/index.ts';
import { answerProblem, answerProblems, nativeRoutes, type Planning } from './api/native/index.ts';
import { oauthRoutes } from './api/oauth/index.ts';
import { complianceMigrations } from './compliance/index.ts';
import { unavailable, type Database, type Migration } from './database/index.ts';
import { retryAfter, type ApnsConnector, type WakeOutcome } from './connectors/apns/index.ts';
import { addWakeJob, appleChannelMigrations, wakeJob } from './devices/apple-channels/index.ts';
import { agentMigrations } from './devices/agents/index.ts';
import { audienceMigrations } from './devices/audiences/index.ts';
import { certificateAuthorityMigrations } from './devices/certificate-authority/index.ts';
import { commandMigrations, type CommandMakers } from './devices/commands/index.ts';
import { dmAccountMigrations } from './devices/dm-accounts/index.ts';
import { enrollmentMigrations } from './devices/enrollments/index.ts';
import { eventMigrations } from './devices/events/index.ts';
import { devicesMigrations } from './devices/index.ts';
import { inventoryMigrations } from './devices/inventory/index.ts';
import { forgetHistoryTask, historyJob } from './devices/retention/index.ts';
import { pushCertificateMigrations } from './devices/push-certificate/index.ts';
import { directoryMigrations } from './directory/index.ts';
import type { Tasks } from './jobs/index.ts';
import { longestParameter, refuseNul } from './http/index.ts';
import type { Clock } from './kernel/clock.ts';
import type { NewId } from './kernel/id.ts';
import { metrics } from './metrics.ts';
import { permissionsOfName } from './permission-names.ts';
import { cspMigrations } from './policies/csp/index.ts';
import {
  applyPlan,
  documentReader,
  makePlan,
  policiesMigrations,
  recalculateTouched,
  recalculationJob,
  recalculationTask,
  wakeTask,
  type AnswerChange,
  type PushOutcome,
  type PushWakes,
} from './policies/index.ts';
import { agentRoutes } from './protocols/agent/index.ts';
import { appleCommands, appleRoutes } from './protocols/apple/index.ts';
import { windowsCommands, windowsRoutes } from './protocols/windows/index.ts';
import {
  accessTokens,
  authenticator,
  signingKeys,
  tenancyMigrations,
  type ChangeServices,
  type SecretBox,
} from './tenancy/index.ts';

/** The whole schema, in the order of the domains. */
export const migrations: readonly Migration[] = [
  ...tenancyMigrations,
  ...directoryMigrations,
  ...devicesMigrations,
  ...audienceMigrations,
  ...pushCertificateMigrations,
  ...enrollmentMigrations,
  ...certificateAuthorityMigrations,
  ...appleChannelMigrations,
  ...dmAccountMigrations,
  ...commandMigrations,
  ...eventMigrations,
  ...inventoryMigrations,
  ...agentMigrations,
  ...policiesMigrations,
  ...cspMigrations,
  ...complianceMigrations,
];

/** How orders are said to devices, by their platform. Made once per process. */
export function commandMakersOf(): CommandMakers {
  const windows = windowsCommands();
  return (organization) => ({ apple: appleCommands(organization), windows });
}

/** What follows from a change, as part of it: see `ChangeServices`. */
export const beforeCommit: ChangeServices['beforeCommit'] = async (context) => {
  await recalculateTouched(context);
  if (context.touched.woken.has('apple')) await addWakeJob(context);
};

/** What runs in the background, by the name that `addJob` calls it. */
export function tasksOf(
  services: ChangeServices,
  apns: ApnsConnector,
  { historyDays }: { readonly historyDays: number },
): Tasks {
  return {
    [historyJob]: forgetHistoryTask(services, historyDays),
    [recalculationJob]: recalculationTask(services),
    [wakeJob]: wakeTask(services, pushesBy(apns, services.clock)),
  };
}

/** A device that sleeps for longer is woken by the next reason to call. */
const pushesKept = 7 * 24 * 3_600_000;

function pushesBy(apns: ApnsConnector, clock: Clock): PushWakes {
  return async (credentials, channels) => {
    const targets = channels.map(({ pushToken, pushMagic }) => ({ token: pushToken, pushMagic }));
    const expiration = new Date(clock().getTime() + pushesKept);
    const outcomes = await apns.wake(credentials, targets, expiration);
    return outcomes.map((outcome, index) => pushOutcome(outcome, channels[index]!.attempts + 1));
  };
}

function pushOutcome(outcome: WakeOutcome, attempt: number): PushOutcome {
  switch (outcome.kind) {
    case 'sent':
      return { result: 'sent', message: null };
    case 'unregistered':
      return {
        result: 'unreachable',
        message: outcome.message,
        at: outcome.at,
        retryAfter: retryAfter(attempt, {}, Math.random),
      };
    case 'wrongToken':
      return { result: 'unreachable', message: outcome.message };
    case 'refused':
      return { result: 'refused', message: outcome.message };
    case 'later':
      return {
        result: 'later',
        message: outcome.message,
        retryAfter: retryAfter(attempt, outcome, Math.random),
      };
  }
}

/** The page shows this server's API and calls nobody else. */
const apiReferenceSettings = {
  pageTitle: 'Muster: API reference',
  authentication: { preferredSecurityScheme: 'bearer' },
  withDefaultFonts: false,
  telemetry: false,
  showDeveloperTools: 'never',
  hideClientButton: true,
  agent: { disabled: true },
  mcp: { disabled: true },
} as const;

export interface AppSettings {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly newRequestId: () => string;
  readonly secrets: SecretBox;
  readonly publicUrl: string;
  /** PEM texts; undefined serves plain HTTP. `authority` is whom clients must be told to trust, if they do not already. */
  readonly tls: { readonly cert: string; readonly key: string; readonly authority?: string } | undefined;
  /** How devices show their certificates where they do not sign their messages: by TLS, by a header of the proxy before the server. */
  readonly deviceCertificates: { readonly byTls: boolean; readonly header: string | undefined };
  /** Calls other servers. */
  readonly fetch: typeof globalThis.fetch;
  readonly log: FastifyBaseLogger;
  /** Fail when an answer is not of its declared shape: for tests. */
  readonly checkAnswers: boolean;
}

export interface App {
  readonly server: FastifyInstance;
  /** Answers what is under way, then stops listening. The database stays open. */
  close(): Promise<void>;
}

/** Builds everything once and wires it. */
export async function buildApp(settings: AppSettings): Promise<App> {
  const { database, clock, newId, secrets, publicUrl, checkAnswers } = settings;
  const services = { database, clock, newId, secrets, beforeCommit };
  const keys = signingKeys({ database, secrets, clock });
  const tokens = accessTokens({ keys, clock, publicUrl });
  const callers = authenticator({ database, accessTokens: tokens, clock });

  const server = newServer(settings);
  const measured = metrics();
  answerProblems(server);
  // Hooks that wait for nothing say so: each promise would be one more turn of every request.
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('request-id', request.id);
    refuseNul(request.url);
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    measured.observe(request.method, route, reply.statusCode, reply.elapsedTime / 1_000);
    // A code is a secret, and so is the token of a file.
    const url = /\/:(code|token)\b/.test(route) ? route : request.url.split('?')[0];
    const line = { method: request.method, url, status: reply.statusCode };
    // Devices call all the time.
    const isUsual = request.method === 'GET' || /^\/(mdm\/apple\/connect|ManagementServer)\//.test(route);
    if (reply.statusCode >= 400 || !isUsual) request.log.info(line, 'request');
    else request.log.debug(line, 'request');
    done();
  });

  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Muster',
        version: '1',
        description:
          "Applivery's UEM API, Muster's own, and what agents of devices talk to. The Microsoft Graph API describes itself: [v1.0](/v1.0/$metadata), [beta](/beta/$metadata).",
      },
      servers: [{ url: publicUrl }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
  });
  await server.register(apiReference, { routePrefix: '/docs', configuration: apiReferenceSettings });
  // Who opens the address that the start shows.
  server.get('/', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/docs/'));

  server.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }));
  server.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    try {
      await database.ping();
      return { status: 'ready' };
    } catch (error) {
      return reply
        .code(503)
        .send({ status: 'unavailable', reason: unavailable(error)?.message ?? 'unknown' });
    }
  });
  server.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(measured.contentType).send(await measured.text()),
  );

  await server.register(oauthRoutes, {
    database,
    clock,
    accessTokens: tokens,
    signingKeys: keys,
    publicUrl,
    rolesOf: (permissions) => graphRolesOf(new Set(permissions)),
  });
  const commandMakers = commandMakersOf();
  const answerChange: AnswerChange = (inside, scope, request) =>
    answerApiRequest(
      {
        ...inside,
        checkAnswers,
        logBug: (error) => settings.log.error({ err: error }, 'unexpected error'),
        origin: publicUrl,
        publicUrl,
        permissionsOf: permissionsOfName,
        commandMakers,
      },
      { ...request, caller: scope, requestId: scope.requestId },
    );
  const documents = documentReader();
  const planning: Planning = {
    make: (scope, changes) => makePlan({ ...services, answerChange }, scope, changes),
    apply: (scope, id) => applyPlan({ ...services, answerChange }, scope, id),
  };
  await server.register(nativeRoutes, {
    services,
    given: { permissionsOf: permissionsOfName, publicUrl, commandMakers, documents, planning },
    authenticator: callers,
    checkAnswers,
  });
  await server.register(graphApi, {
    services,
    authenticator: callers,
    commandMakers,
    scheme: new URL(publicUrl).protocol,
  });
  await server.register(appliveryRoutes, {
    services,
    authenticator: callers,
    commandMakers,
    publicUrl,
    checkAnswers,
  });
  const forDevices = {
    services: { ...services, randomBytes },
    documents,
    publicUrl,
    certificateHeader: settings.deviceCertificates.header,
  };
  await server.register(windowsRoutes, { ...forDevices, fetch: settings.fetch });
  await server.register(appleRoutes, {
    ...forDevices,
    tlsAuthority:
      settings.tls?.authority === undefined ? undefined : new X509Certificate(settings.tls.authority),
  });
  await server.register(agentRoutes, { services, documents, checkAnswers });
  await server.ready();
  return {
    server,
    async close() {
      await server.close();
      await callers.close();
    },
  };
}

function newServer({ tls, deviceCertificates, log, newRequestId }: AppSettings): FastifyInstance {
  const options = {
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newRequestId,
    frameworkErrors: answerProblem,
    // A client that goes away while its change runs does not stop it; one that never finishes its request is cut off.
    requestTimeout: 120_000,
    forceCloseConnections: 'idle' as const,
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: longestParameter,
    },
  };
  if (!tls) return Fastify(options);
  // Whoever has none is served too: it is the routes of devices that want one, and know which are theirs.
  const asked = { requestCert: deviceCertificates.byTls, rejectUnauthorized: false };
  return Fastify({ ...options, https: { cert: tls.cert, key: tls.key, ...asked } });
}
