import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillOrganization } from '../test/support/filled-organization.ts';
import { testServer, type Tenant, type TestRequest, type TestServer } from '../test/support/server.ts';
import { answerApiRequest, type ApiServices } from './api-requests.ts';
import { appliveryEndpoints } from './api/applivery/index.ts';
import { graphRoutes } from './api/graph/index.ts';
import { nativeEndpoints } from './api/native/index.ts';
import { beforeCommit } from './app.ts';
import { enclose, sql, type Transaction } from './database/index.ts';
import type { Json } from './kernel/json.ts';
import { commandMakersOf } from './app.ts';
import { permissionsOfName } from './permission-names.ts';
import { allPermissions, operatorScope, type Permission } from './tenancy/index.ts';

let server: TestServer;
let other: Tenant;
beforeAll(async () => {
  server = await testServer();
  other = await server.addTenant('other');
});
afterAll(() => server[Symbol.asyncDispose]());

const applivery = '/v1/organizations/default/mdm';
const native = '/api/v1/organizations/default';
const graph = '/v1.0/deviceManagement/deviceConfigurations';
const mac = '#microsoft.graph.macOSGeneralDeviceConfiguration';

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // Bodies are of every shape; what is found in them is compared.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

type Method = NonNullable<TestRequest['method']>;
type Ask = (
  method: Method,
  url: string,
  body?: Json,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answered>;

/** Asks inside the process, in one transaction. */
function asker(
  database: Transaction,
  services: Partial<ApiServices> = {},
  permissions: readonly Permission[] = allPermissions,
): Ask {
  const { organization, principal } = operatorScope(server.tenant.organization, '');
  const all: ApiServices = {
    database,
    clock: () => server.now(),
    newId: server.newId,
    secrets: server.secrets,
    beforeCommit,
    checkAnswers: true,
    origin: 'https://localhost:80',
    publicUrl: server.publicUrl,
    permissionsOf: permissionsOfName,
    commandMakers: commandMakersOf(),
    logBug: (error) => {
      throw error;
    },
    ...services,
  };
  return (method, url, body, headers = {}) => {
    const caller = { organization, principal: { ...principal, permissions: new Set(permissions) } };
    return answerApiRequest(all, { method, url, headers, body, caller, requestId: randomUUID() });
  };
}

const connectionHeaders = new Set(['connection', 'content-length', 'date', 'request-id']);

const askOverHttp: Ask = async (method, url, body, headers = {}) => {
  const answer = await server.send({ method, url, headers, ...(body !== undefined && { body }) });
  const own = Object.entries(answer.headers).filter(([name]) => !connectionHeaders.has(name));
  const text = answer.text === '' ? undefined : answer.text;
  return { status: answer.status, headers: Object.fromEntries(own), body: answer.json ?? text };
};

/** Answers with every id as a number in the order of its first appearance, in one spelling. */
function withoutIds(answers: readonly Answered[]): unknown {
  const ids: string[] = [];
  const text = JSON.stringify(answers).replaceAll(
    /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{24}\b/gi,
    (id) => {
      if (!ids.includes(id)) ids.push(id);
      return `id ${ids.indexOf(id)}`;
    },
  );
  return JSON.parse(text);
}

async function rehearse<Result>(work: (ask: Ask, database: Transaction) => Promise<Result>, keep = false) {
  return enclose(server.database, async (database) => ({
    keep,
    result: await work(asker(database), database),
  }));
}

/** How many rows each table has. */
async function rowCounts(): Promise<Record<string, number>> {
  const { connection } = server.database;
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'`.execute(
    connection,
  );
  const counts = await Promise.all(
    rows.map(async ({ name }) => {
      const counted = await sql<{ count: number }>`select count(*) from ${sql.table(name)}`.execute(
        connection,
      );
      return [name, counted.rows[0]!.count] as const;
    }),
  );
  return Object.fromEntries(counts);
}

const sequences: Readonly<Record<string, (ask: Ask) => Promise<Answered[]>>> = {
  async applivery(ask) {
    const users = `${applivery}/users`;
    const user = { email: 'ana@example.com', name: 'Ana', tags: ['a', 'b'] };
    const made = await ask('POST', users, user);
    const url = `${users}/${made.body.data.id}`;
    return [
      made,
      await ask('POST', users, { ...user, email: 'ANA@example.com' }),
      await ask('POST', users, { email: 5 }),
      await ask('POST', users),
      await ask('PUT', url, { name: 'Ana B', unknown: true }),
      await ask('GET', `${applivery}//users/?tags=x&tags=b&search=ana+b%%20`),
      await ask('GET', `${users}?tags[]=x&tags%5B%5D=b&search=ana+b`),
      await ask('GET', `${users}?serch=ana#x`),
      await ask('GET', `${users}/tags`),
      await ask('DELETE', url),
      await ask('GET', url),
      await ask('GET', `${applivery}/windows/enterprise/devices/a%2Fb%20c`),
      await ask('PUT', `${applivery}/configurations`, { entraId: { tenantId: 't', clientId: 'c' } }),
      await ask('GET', `${applivery}/configurations`),
    ];
  },
  async native(ask) {
    const groups = `${native}/groups`;
    const made = await ask('POST', groups, { displayName: 'Staff', mailNickname: 'staff' });
    const url = `${groups}/${made.body.id}`;
    return [
      made,
      await ask('PATCH', url, { description: 'All' }, { 'if-match': String(made.headers['etag']) }),
      await ask('PATCH', url, { description: 'No' }, { 'if-match': String(made.headers['etag']) }),
      await ask('PATCH', url, { unknown: true }),
      await ask('GET', `${groups}?limit=5&search=all`),
      await ask('GET', `${groups}?limit=five`),
      await ask('DELETE', url),
      await ask('DELETE', url),
      await ask('POST', `${native}/tokens`, { serviceAccount: 'x', permissions: ['nonsense'] }),
    ];
  },
  async graph(ask) {
    const made = await ask('POST', graph, { '@odata.type': mac, displayName: 'Macs' });
    const url = `${graph}/${made.body.id}`;
    const change = { '@odata.type': mac, description: 'changed' };
    const windows = '#microsoft.graph.windows10CustomConfiguration';
    const omaSettings = [
      { '@odata.type': '#microsoft.graph.omaSettingString', displayName: 'k', omaUri: './K', value: 'v' },
    ];
    const betaUrl = '/beta/deviceManagement/deviceConfigurations';
    const secret = await ask('POST', betaUrl, { '@odata.type': windows, displayName: 'VPN', omaSettings });
    return [
      made,
      await ask('PATCH', url, change, { 'if-match': String(made.headers['etag']) }),
      await ask('PATCH', url, change, { 'if-match': 'W/"9"', 'client-request-id': randomUUID() }),
      await ask('PATCH', url, { ...change, description: 'again' }, { prefer: 'return=minimal' }),
      await ask('POST', `${url}/assign`, { assignments: [] }),
      await ask('GET', `${url}?$select=description`, undefined, {
        accept: 'application/json;odata.metadata=full',
      }),
      await ask('GET', `/v1.0//deviceManagement/deviceConfigurations('${made.body.id}')/`),
      await ask('GET', '/v1.0/groups/$count'),
      await ask('POST', graph, { '@odata.type': '#microsoft.graph.nothing', displayName: 'Macs' }),
      await ask('POST', graph, { '@odata.type': mac, displayName: 5 }),
      await ask('DELETE', url),
      await ask('GET', url),
      await ask('PATCH', '/v1.0/groups/1', {}),
      secret,
      await ask('DELETE', `${betaUrl}/${secret.body.id}`),
    ];
  },
  async 'no operation'(ask) {
    return [
      await ask('GET', `${applivery}/nothing?x=1`),
      await ask('PATCH', `${applivery}/users`, {}),
      await ask('GET', `/v1/organizations/${other.hexId}/mdm/users`),
      await ask('PATCH', '/v1/organizations/other/mdm/users', {}),
      await ask('GET', `${applivery}/users/${'a'.repeat(513)}?x=1`),
      await ask('GET', `${applivery}/users/a%00`),
      await ask('GET', `${applivery}/users/%zz?x=1`),
      await ask('GET', `${native}/nothing/`),
      await ask('PUT', `${native}/groups`, {}),
      await ask('GET', `/api/v1/organizations/${other.organization.id}/groups`),
      await ask('GET', '/api'),
      await ask('GET', '/beta/deviceManagement/nothing'),
      await ask('PUT', '/beta/groups', {}),
      await ask('GET', '/v1.0/groups?$search=%00'),
      await ask('GET', '/nowhere?x'),
    ];
  },
};

test.each(Object.entries(sequences))('%s: the answers are those of the HTTP server', async (_, sequence) => {
  const before = await rowCounts();
  const inside = await rehearse(sequence);
  expect(await rowCounts()).toEqual(before);
  expect(withoutIds(inside)).toEqual(withoutIds(await sequence(askOverHttp)));
  expect(inside.map(({ status }) => status)).not.toContain(500);
});

test('what an organization has reads as over HTTP', async () => {
  const filled = await fillOrganization(server);
  const reads = [
    ...appliveryEndpoints.map(({ method, url }) => ({ method, url: `/v1/organizations/default${url}` })),
    ...nativeEndpoints.map(({ method, url }) => ({ method, url: `${native}${url}` })),
    ...graphRoutes.flatMap(({ method, template, versions }) =>
      versions.map((version) => ({ method, url: `/${version}/${template}` })),
    ),
    // Asking for a signing request makes one.
  ].filter(({ method, url }) => method === 'GET' && !url.includes('SigningRequest'));
  expect(reads.length).toBeGreaterThan(40);
  for (const { url } of reads) {
    const path = url.replaceAll(/\{(\w+)\}/g, (_, name: string) => filled.idOf(url, name));
    const inside = await rehearse((ask) => ask('GET', path));
    expect(withoutIds([inside]), path).toEqual(withoutIds([await askOverHttp('GET', path)]));
    expect(inside.status, path).toBe(200);
  }
});

describe('several requests in one transaction', () => {
  const requests = (name: string) => async (ask: Ask) => {
    const email = `${name}@example.com`;
    const user = await ask('POST', `${applivery}/users`, { email });
    const group = await ask('POST', '/v1.0/groups', {
      displayName: name,
      mailNickname: name,
      mailEnabled: false,
      securityEnabled: true,
    });
    const members = `${native}/groups/${group.body.id}/members`;
    const member = await ask('POST', members, { members: [user.body.data.id] });
    const refused = await ask('POST', `${applivery}/users`, { email });
    const last = await ask('POST', `${native}/groups`, { displayName: 'Last', mailNickname: name });
    const list = await ask('GET', members);
    const statuses = [user, group, member, refused, last, list].map(({ status }) => status);
    return { members, statuses, emails: list.body.items.map((item: { email: string }) => item.email) };
  };
  const statuses = [200, 201, 204, 400, 201, 200];

  test('a later one sees what the others wrote, and a refused one stops none; undone, nothing is left', async () => {
    const before = await rowCounts();
    const result = await rehearse(requests('undone'));
    expect(result).toMatchObject({ statuses, emails: ['undone@example.com'] });
    expect(await rowCounts()).toEqual(before);
  });

  test('kept, everything is there but what was refused', async () => {
    const before = await rowCounts();
    const result = await rehearse(requests('kept'), true);
    expect(result).toMatchObject({ statuses, emails: ['kept@example.com'] });
    const { body } = await askOverHttp('GET', result.members);
    expect(body.items).toMatchObject([{ email: 'kept@example.com' }]);
    const after = await rowCounts();
    const added = Object.entries(after).map(([name, count]) => [name, count - before[name]!] as const);
    expect(Object.fromEntries(added.filter(([, count]) => count !== 0))).toEqual({
      directory_user: 1,
      directory_group: 2,
      directory_group_user: 1,
      tenancy_audit_event: 4,
    });
  });

  test('one that PostgreSQL gives up is not answered: all are run again', async () => {
    let runs = 0;
    const losesOnce: ApiServices['beforeCommit'] = async ({ db }) => {
      if (++runs === 2) await sql`do $$ begin raise sqlstate '40P01'; end $$`.execute(db.connection);
    };
    const answers = await enclose(server.database, async (database) => {
      const ask = asker(database, { beforeCommit: losesOnce });
      const first = await ask('POST', `${applivery}/users`, { email: 'first@example.com' });
      const second = await ask('POST', `${applivery}/users`, { email: 'second@example.com' });
      return { keep: false, result: [first, second] };
    });
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(runs).toBe(4);
  });
});

describe.each([
  {
    api: 'applivery',
    url: `${applivery}/users`,
    body: { email: 'eva@example.com' },
    bug: { status: false, error: { code: 5000 } },
  },
  {
    api: 'native',
    url: `${native}/groups`,
    body: { displayName: 'Eva', mailNickname: 'eva' },
    bug: { status: 500, code: 'unexpected' },
  },
  {
    api: 'graph',
    url: graph,
    body: { '@odata.type': mac, displayName: 'Eva' },
    bug: { error: { details: [{ code: 'InternalServerError' }] } },
  },
])('$api', ({ url, body, bug }) => {
  test('without the permission it is refused in the words of the API', async () => {
    const permissions = allPermissions.filter((permission) => !permission.endsWith('.create'));
    const token = await server.addToken(server.tenant, permissions);
    const refused = await enclose(server.database, async (database) => ({
      keep: false,
      result: await asker(database, {}, permissions)('POST', url, body),
    }));
    expect(refused.status).toBe(403);
    const overHttp = await server.send({ method: 'POST', url, body, token });
    expect(withoutIds([{ ...refused, headers: {} }])).toEqual(
      withoutIds([{ status: overHttp.status, headers: {}, body: overHttp.json }]),
    );
  });

  test('a bug is logged and answered with 500 without what it says, and the next request works', async () => {
    const bugs: unknown[] = [];
    const breaks: ApiServices['beforeCommit'] = async ({ db }) => {
      await sql`select 1 / 0 as hunter2`.execute(db.connection);
    };
    const [broken, next] = await rehearse(async (ask, database) => [
      await asker(database, { beforeCommit: breaks, logBug: (error) => bugs.push(error) })('POST', url, body),
      await ask('POST', url, body),
    ]);
    expect(broken.status).toBe(500);
    expect(JSON.stringify(broken)).not.toMatch(/hunter2|zero/);
    expect(bugs).toMatchObject([{ message: 'division by zero' }]);
    expect(next.status).toBeLessThan(300);
    expect(broken.body).toMatchObject(bug);
  });
});

test('what is about the service or needs a file has no answer here', async () => {
  const answers = await rehearse(async (ask) => [
    await ask('POST', '/v1.0/$batch', { requests: [] }),
    await ask('GET', '/beta/$metadata/'),
    await ask('GET', '/v1.0'),
    await ask('POST', '/default/oauth2/v2.0/token'),
    await ask('GET', ''),
    await ask('POST', `${applivery}/assets`, {}),
  ]);
  const problem = { status: 404, body: { code: 'routeNotFound' } };
  expect(answers.slice(0, 5)).toMatchObject([problem, problem, problem, problem, problem]);
  expect(answers[5]).toMatchObject({ status: 415, body: { error: { code: 4150 } } });
  expect(answers[5]!.body.error.details[0].message).toContain('multipart/form-data');
});
