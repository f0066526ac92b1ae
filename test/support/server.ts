import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { beforeCommit, buildApp, tasksOf, type App } from '../../src/app.ts';
import type { ApnsConnector } from '../../src/connectors/apns/index.ts';
import { transact, type Database } from '../../src/database/index.ts';
import { runWaitingJobs, type Tasks } from '../../src/jobs/index.ts';
import { hexOfId, idSource, type NewId } from '../../src/kernel/id.ts';
import { Secret } from '../../src/kernel/secret.ts';
import {
  allPermissions,
  bootstrap,
  change,
  createApplication,
  createOrganization,
  createToken,
  newTokenText,
  operatorScope,
  secretBox,
  type Organization,
  type Permission,
  type SecretBox,
  type WriteContext,
} from '../../src/tenancy/index.ts';
import { testDatabase } from './database.ts';

/** An organization with credentials that may do everything. */
export interface Tenant {
  readonly organization: Organization;
  /** The organization's id as Applivery's paths have it. */
  readonly hexId: string;
  readonly token: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface TestServer extends AsyncDisposable {
  readonly app: App;
  readonly database: Database;
  readonly secrets: SecretBox;
  readonly newId: NewId;
  readonly publicUrl: string;
  /** The first organization. */
  readonly tenant: Tenant;
  /** Sends a request without a socket. A body that is no string is sent as JSON. */
  send(request: TestRequest): Promise<TestAnswer>;
  /** Another organization of this server. */
  addTenant(slug: string, plan?: string): Promise<Tenant>;
  /** Another token of a tenant, with these permissions alone. */
  addToken(tenant: Tenant, permissions: readonly Permission[], expiresAt?: Date): Promise<string>;
  /** Runs domain code in one transaction, as the operator of a tenant. */
  change<Result>(tenant: Tenant, work: (context: WriteContext) => Promise<Result>): Promise<Result>;
  /** Runs the jobs that wait, by the server's tasks or by others. Fails as a job fails. */
  runJobs(tasks?: Tasks): Promise<void>;
  takeStatements(): string[];
  /** Everything that the server has logged, a JSON object per line. */
  readonly logged: () => string;
  now(): Date;
  /** Moves the server's clock forward. */
  advance(milliseconds: number): void;
}

export interface TestRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'HEAD';
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Undefined sends the first tenant's token; null sends none. */
  readonly token?: string | null;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | number | undefined>;
  readonly text: string;
  // The tests look into answers of every shape; what they find is compared, so a wrong guess fails.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

/** As if there were no way out of the network. */
const unreachableApns: ApnsConnector = {
  wake: async (_credentials, targets) =>
    targets.map(() => ({ kind: 'later', reason: 'ENETUNREACH', message: 'No network in this test.' })),
  close: async () => {},
};

/** The whole server on its own database, with a clock that only the test moves. */
export async function testServer({
  apns = unreachableApns,
  certificateHeader,
  historyDays = 400,
  publicUrl = 'https://localhost:8443',
  outgoing = async () => Promise.reject(new Error('No network in this test.')),
}: {
  apns?: ApnsConnector;
  /** In lower case: the one in which a proxy before the server tells the certificates of devices. */
  certificateHeader?: string;
  historyDays?: number;
  publicUrl?: string;
  /** Calls other servers. */
  outgoing?: typeof fetch;
} = {}): Promise<TestServer> {
  const db = await testDatabase();
  let now = new Date('2026-03-01T12:00:00.000Z');
  const clock = () => now;
  const newId = idSource(clock, () => randomInt(2 ** 48 - 1));
  const secrets = secretBox(randomBytes(32), randomBytes);
  const services = { database: db.database, clock, newId, secrets, beforeCommit };
  let logged = '';
  const log = pino({ level: 'debug' }, { write: (line: string) => void (logged += line) });
  const app = await buildApp({
    fetch: outgoing,
    ...services,
    newRequestId: randomUUID,
    publicUrl,
    tls: undefined,
    deviceCertificates: { byTls: false, header: certificateHeader },
    log,
    checkAnswers: true,
  });

  const { organization, created } = await bootstrap(services, {
    slug: 'default',
    tenantId: undefined,
    clientId: undefined,
    clientSecret: undefined,
    apiToken: undefined,
  });
  const tenant: Tenant = {
    organization,
    hexId: hexOfId(organization.id),
    token: created!.apiToken.reveal(),
    clientId: created!.clientId,
    clientSecret: created!.clientSecret.reveal(),
  };
  const inTenant = <Result>(
    { organization: own }: Tenant,
    work: (context: WriteContext) => Promise<Result>,
  ) => change(services, operatorScope(own, 'test'), work);

  return {
    app,
    database: db.database,
    secrets,
    newId,
    publicUrl,
    tenant,
    async send({ method = 'GET', url, body, headers = {}, token = tenant.token }) {
      const answer = await app.server.inject({
        method,
        url,
        headers: {
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = answer.body;
      const isJson = /json/.test(String(answer.headers['content-type'])) && text !== '';
      return {
        status: answer.statusCode,
        headers: answer.headers,
        text,
        json: isJson ? JSON.parse(text) : undefined,
      };
    },
    async addTenant(slug, plan) {
      const tenantId = randomUUID();
      const added = await transact(db.database, (transaction) =>
        createOrganization({ db: transaction, now, newId }, { slug, tenantId, plan }),
      );
      const clientId = randomUUID();
      const clientSecret = randomUUID();
      const token = newTokenText(randomBytes);
      await change(services, operatorScope(added, 'test'), async (context) => {
        await createToken(context, {
          serviceAccount: 'all',
          permissions: allPermissions,
          expiresAt: null,
          token,
        });
        await createApplication(context, {
          name: 'all',
          clientId,
          clientSecret: new Secret(clientSecret),
          salt: randomBytes(16),
          permissions: allPermissions,
        });
      });
      return { organization: added, hexId: hexOfId(added.id), token: token.reveal(), clientId, clientSecret };
    },
    async addToken(of, permissions, expiresAt) {
      const token = newTokenText(randomBytes);
      await inTenant(of, (context) =>
        createToken(context, {
          serviceAccount: 'limited',
          permissions,
          expiresAt: expiresAt ?? null,
          token,
        }),
      );
      return token.reveal();
    },
    change: inTenant,
    runJobs: (tasks = tasksOf(services, apns, { historyDays })) =>
      runWaitingJobs({ url: db.url, tasks, log }),
    takeStatements: () => db.takeStatements(),
    logged: () => logged,
    now: () => now,
    advance(milliseconds) {
      now = new Date(now.getTime() + milliseconds);
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await db[Symbol.asyncDispose]();
    },
  };
}
