import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appliveryEndpoints } from '../src/api/applivery/index.ts';
import { graphRoutes } from '../src/api/graph/index.ts';
import { nativeEndpoints } from '../src/api/native/index.ts';
import { allPermissions, type Permission } from '../src/tenancy/index.ts';
import { fillOrganization, type Filled } from './support/filled-organization.ts';
import { testServer, type Tenant, type TestRequest, type TestServer } from './support/server.ts';

/** One route of one API, as the walk calls it. */
interface Walked {
  readonly api: 'applivery' | 'graph' | 'native';
  readonly method: NonNullable<TestRequest['method']>;
  readonly template: string;
  /** All of them are needed. */
  readonly permissions: readonly Permission[];
}

const walked: Walked[] = [
  ...appliveryEndpoints.map((endpoint) => ({
    api: 'applivery' as const,
    method: endpoint.method,
    template: `/v1/organizations/{organization}${endpoint.url}`,
    permissions: [endpoint.permission].flat(),
  })),
  ...nativeEndpoints.map((endpoint) => ({
    api: 'native' as const,
    method: endpoint.method,
    template: `/api/v1/organizations/{organization}${endpoint.url}`,
    permissions: [endpoint.permission].flat(),
  })),
  ...graphRoutes.flatMap((route) =>
    route.versions.map((version) => ({
      api: 'graph' as const,
      method: route.method,
      template: `/${version}/${route.template}`,
      permissions: [route.permission].flat(),
    })),
  ),
];

let server: TestServer;
let stranger: Tenant;
let filled: Filled;
beforeAll(async () => {
  server = await testServer();
  stranger = await server.addTenant('stranger');
  filled = await fillOrganization(server);
});
afterAll(() => server[Symbol.asyncDispose]());

function urlOf({ template }: Walked, organization: string): string {
  return template
    .replace('{organization}', organization)
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => filled.idOf(template, name));
}

const sends = ({ method }: Walked) => (method === 'GET' || method === 'DELETE' ? {} : { body: {} });

const errorShapes = {
  applivery: (json: unknown) =>
    expect(json).toMatchObject({ status: false, error: { code: expect.any(Number) } }),
  graph: (json: unknown) =>
    expect(json).toMatchObject({ error: { code: expect.any(String), innerError: {} } }),
  native: (json: unknown) =>
    expect(json).toMatchObject({ status: expect.any(Number), title: expect.any(String) }),
};

test('the walk sees every route that the server has', () => {
  expect(walked.length).toBeGreaterThan(80);
  const roots = server.app.server
    .printRoutes({ commonPrefix: false })
    .split('\n')
    // All of them are below '/'.
    .filter((line) => /^ {4}[├└]── /.test(line))
    .map((line) => line.replace(/^ {4}[├└]── /, '/').replace(/ \(.*$/, ''));
  expect([...new Set(roots)].sort()).toEqual([
    '/:tenant/.well-known/openid-configuration',
    '/:tenant/discovery/v2.0/keys',
    '/:tenant/oauth2/v2.0/authorize',
    '/:tenant/oauth2/v2.0/devicecode',
    '/:tenant/oauth2/v2.0/token',
    '/:tenant/v2.0/.well-known/openid-configuration',
    '/EnrollmentServer/:organization/Discovery.svc',
    '/EnrollmentServer/:organization/Enrollment.svc',
    '/EnrollmentServer/:organization/Policy.svc',
    '/EnrollmentServer/:organization/SignIn',
    '/EnrollmentServer/Discovery.svc',
    '/EnrollmentServer/Enrollment.svc',
    '/EnrollmentServer/Policy.svc',
    '/EnrollmentServer/SignIn',
    '/ManagementServer/:organization/MDM.svc',
    '/api/v1/organizations/:organization',
    '/beta',
    '/common/discovery/instance',
    '/content/:token',
    '/docs',
    '/healthz',
    '/mdm/agent/v1/agent-config',
    '/mdm/agent/v1/location',
    '/mdm/agent/v1/network-status',
    '/mdm/agent/v1/scheduler-scripts',
    '/mdm/agent/v1/script-logs',
    '/mdm/apple/checkin/:organization',
    '/mdm/apple/connect/:organization',
    '/mdm/apple/enroll/:code',
    '/mdm/apple/profiles/:organization/:device/:code',
    '/metrics',
    '/readyz',
    '/scep/:organization',
    '/v1.0',
    '/v1/organizations/:organizationId',
  ]);
});

describe.each(walked)('$api $method $template', (route) => {
  test('needs a token', async () => {
    const answer = await server.send({
      method: route.method,
      url: urlOf(route, 'default'),
      ...sends(route),
      token: null,
    });
    expect(answer.status).toBe(401);
    errorShapes[route.api](answer.json);
  });

  test('needs each of its permissions', async () => {
    for (const missing of route.permissions) {
      if (missing === 'organization.read') continue;
      const others = allPermissions.filter((permission) => permission !== missing);
      const token = await server.addToken(server.tenant, others);
      const answer = await server.send({
        method: route.method,
        url: urlOf(route, 'default'),
        ...sends(route),
        token,
      });
      expect(answer.status).toBe(403);
      errorShapes[route.api](answer.json);
    }
  });

  test('shows nothing to a stranger organization', async () => {
    const { token } = stranger;
    const answer = await server.send({
      method: route.method,
      url: urlOf(route, 'default'),
      ...sends(route),
      token,
    });
    for (const id of filled.allIds) expect(withoutRequest(answer.text, route)).not.toContain(id);
    if (route.api !== 'graph' || /\{\w+\}/.test(route.template)) {
      expect(answer.status).toBe(404);
      errorShapes[route.api](answer.json);
    } else {
      expect(answer.status).toBeLessThan(500);
    }
  });
});

test('with its permissions alone every route answers, as far as the request allows', async () => {
  const order = { GET: 0, POST: 1, PATCH: 2, PUT: 3, DELETE: 4, OPTIONS: 5, HEAD: 6 };
  for (const route of walked.toSorted((a, b) => order[a.method] - order[b.method])) {
    const permissions = [...route.permissions, ...filled.permissionsFor(route.template)];
    const token = await server.addToken(server.tenant, permissions);
    const answer = await server.send({
      method: route.method,
      url: urlOf(route, 'default'),
      ...sends(route),
      token,
    });
    expect([401, 403, 405, 500], `${route.method} ${route.template}: ${answer.text}`).not.toContain(
      answer.status,
    );
    if (route.method === 'GET') expect(answer.status, `${route.template}: ${answer.text}`).toBe(200);
    if (route.api === 'native') expect(documentedStatuses(route)).toContain(String(answer.status));
  }
});

/** The statuses that the OpenAPI document has of a route. */
function documentedStatuses({ method, template }: Walked): string[] {
  const { paths = {} } = server.app.server.swagger() as unknown as {
    paths?: Record<string, Record<string, { responses: object }>>;
  };
  return Object.keys(paths[template]![method.toLowerCase()]!.responses);
}

/** An error may name the id that the stranger itself sent. */
function withoutRequest(text: string, route: Walked): string {
  return text.replaceAll(urlOf(route, 'default'), '').replaceAll(/'[0-9a-f-]{24,36}'/g, '');
}
