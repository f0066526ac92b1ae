import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../../test/support/server.ts';
import { windows11Request } from '../fixtures/certificate-request.ts';
import { faultOf, post, provisionedBy, textOf } from '../fixtures/enrolling.ts';
import { discover, getPolicies, itemsWith, requestSecurityToken, token } from '../fixtures/soap.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const request = windows11Request(keys);
const appru = 'ms-app://windows.immersivecontrolpanel';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

async function newEnrollment(content: object = {}): Promise<{ readonly id: string; readonly code: string }> {
  const url = '/api/v1/organizations/default/enrollments';
  return (await server.send({ method: 'POST', url, body: { platform: 'windows', ...content } })).json;
}

const signIn = (fields: Record<string, string>, path = '/EnrollmentServer/SignIn') =>
  server.app.server.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ appru, login_hint: 'ada@example.com', ...fields }).toString(),
  });

const wresult = (html: string) => /name="wresult" value="([^"]+)"/.exec(html)?.[1];

const enroll = (text: string, pc: string) =>
  post(
    server,
    'Enrollment',
    requestSecurityToken({ security: token(text), request, items: itemsWith({ DeviceID: pc }) }),
  );

test('a PC enrols by a sign-in, which is counted by the enrolment', async () => {
  const discovered = await post(server, 'Discovery', discover({ policies: ['Federated'] }));
  expect(textOf(discovered.xml, 'AuthPolicy')).toBe('Federated');
  const url = new URL(textOf(discovered.xml, 'AuthenticationServiceUrl')!);
  const query = new URLSearchParams({ appru, login_hint: 'ada"><script>@example.com' });
  const page = await server.app.server.inject(`${url.pathname}?${query.toString()}`);
  expect(page.statusCode).toBe(200);
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': expect.stringMatching(
      /^default-src 'none'; .*form-action 'self'.*frame-ancestors 'none'$/,
    ),
  });
  expect(page.payload).toContain('<html lang="en">');
  expect(page.payload).toContain('<label for="code">');
  expect(page.payload).not.toContain('<script>');

  const { id, code } = await newEnrollment({ maxUses: 1 });
  const answer = await signIn({ code });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-security-policy']).toMatch(
    /script-src 'sha256-[^']+'; form-action ms-app:;/,
  );
  expect(answer.payload).toContain(`action="${appru}"`);
  expect(answer.payload).not.toContain(code);
  const text = wresult(answer.payload)!;
  expect((await post(server, 'Policy', getPolicies(token(text)))).status).toBe(200);
  const issued = await enroll(text, 'signed-in');
  expect(issued.status).toBe(200);
  expect(provisionedBy(issued).value('DMClient/Provider/Muster/UPN')).toBe('ada@example.com');
  const stored = await server.send({ url: `/api/v1/organizations/default/enrollments/${id}` });
  expect(stored.json.uses).toBe(1);
  expect(faultOf(await enroll(text, 'another'))).toBe('s:Authorization/DeviceCapReached');
  expect(server.logged()).not.toContain(code);
  expect(server.logged()).not.toContain(text);
});

test('a sign-in is good for a quarter of an hour, on this server and for its organization', async () => {
  const { code } = await newEnrollment();
  const text = wresult((await signIn({ code })).payload)!;
  const other = await server.addTenant('other');
  expect(faultOf(await enroll(`${text.slice(0, -4)}AAAA`, 'forged'))).toBe('s:Authentication');
  const elsewhere = await post(server, `${other.hexId}/Policy`, getPolicies(token(text)));
  expect(faultOf(elsewhere)).toBe('s:Authentication');
  server.advance(15 * 60_000);
  expect(faultOf(await enroll(text, 'late'))).toBe('s:Authentication');
});

test('a wrong code is said on the page, and may be typed again', async () => {
  const { id, code } = await newEnrollment();
  const other = await server.addTenant('elsewhere');
  const wrong = [
    await signIn({ code: 'wrong' }),
    await signIn({}),
    await signIn({ code }, `/EnrollmentServer/${other.hexId}/SignIn`),
  ];
  for (const answer of wrong) {
    expect(answer.statusCode).toBe(403);
    expect(answer.payload).toMatch(/role="alert" id="problem">This is not the code of an enrolment/);
    expect(answer.payload).toContain('value="ada@example.com"');
    expect(wresult(answer.payload)).toBeUndefined();
  }
  await server.send({ method: 'DELETE', url: `/api/v1/organizations/default/enrollments/${id}` });
  expect((await signIn({ code })).payload).toContain('This enrolment was withdrawn');
});

test.each([
  undefined,
  '',
  'javascript:alert(1)',
  'http://example.com/',
  'data:text/html,x',
  'ms-appx:x',
  'https://example.com/',
  `ms-app://${'x'.repeat(2_100)}`,
])('a token is never given to %j', async (target) => {
  const { code } = await newEnrollment();
  const query = target === undefined ? '' : `?appru=${encodeURIComponent(target)}`;
  const page = await server.app.server.inject(`/EnrollmentServer/SignIn${query}`);
  expect(page.statusCode).toBe(400);
  expect(page.headers['content-security-policy']).toContain("form-action 'none'");
  const answer = await signIn({ code, appru: target ?? '' });
  expect(answer.statusCode).toBe(400);
  expect(wresult(answer.payload)).toBeUndefined();
});
