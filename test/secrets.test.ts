import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../src/database/index.ts';
import { findAuthority } from '../src/devices/certificate-authority/index.ts';
import { pushCredentials } from '../src/devices/push-certificate/index.ts';
import { operatorScope } from '../src/tenancy/index.ts';
import { readProfile } from './support/apple-enrollment.ts';
import { entraClientSecret, fillOrganization, omaSecret } from './support/filled-organization.ts';
import { testServer, type TestServer } from './support/server.ts';

let server: TestServer;
let secrets: Record<string, string>;
let dump: string;
let answers: string;
const told: string[] = [];

beforeAll(async () => {
  server = await testServer();
  await fillOrganization(server);
  const scope = operatorScope(server.tenant.organization, 'test');
  const push = await pushCredentials({ db: server.database, scope }, server.secrets);
  const made = await server.send({
    method: 'POST',
    url: '/api/v1/organizations/default/tokens',
    body: { serviceAccount: 'made', permissions: ['windows.device.read'] },
  });
  const application = await server.send({
    method: 'POST',
    url: '/api/v1/organizations/default/applications',
    body: { name: 'made', permissions: ['windows.device.read'] },
  });
  const access = await server.app.server.inject({
    method: 'POST',
    url: `/${server.tenant.organization.tenantId}/oauth2/v2.0/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: server.tenant.clientId,
      client_secret: server.tenant.clientSecret,
      scope: 'https://graph.microsoft.com/.default',
    }).toString(),
  });
  const pem = push!.privateKeyPem.reveal();
  const enrollments = await server.send({ url: '/api/v1/organizations/default/enrollments' });
  const [{ code, url }] = enrollments.json.items;
  const profile = await server.app.server.inject(`${new URL(url).pathname}?unsigned=1`);
  const authority = await server.change(server.tenant, findAuthority);
  const authorityPem = authority!.key.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const secret of Object.values(plannedSecrets)) await planWith(server, secret);
  const agent = await server.send({
    method: 'POST',
    url: '/api/v1/organizations/default/devices/AGENT1/agent-credentials',
    body: {},
  });
  secrets = {
    'bootstrap token': server.tenant.token,
    'bootstrap client secret': server.tenant.clientSecret,
    'a token of the API': made.json.token,
    'the token of an agent': agent.json.token,
    'a client secret of the API': application.json.clientSecret,
    'the access token': access.json<{ access_token: string }>().access_token,
    'the Entra client secret': entraClientSecret,
    'the value of an OMA setting': omaSecret,
    ...plannedSecrets,
    'the private key of the push certificate': pem.split('\n')[3]!,
    'the code of an enrolment': code,
    'the challenge of an enrolment profile': readProfile(profile.rawPayload).scep.Challenge,
    'the private key of the certificate authority': authorityPem.split('\n')[3]!,
  };
  // Something goes wrong with secrets in it too.
  await server.send({ url: '/v1.0/groups', token: `${made.json.token}x` });
  await server.send({
    method: 'PUT',
    url: '/v1/organizations/default/mdm/configurations',
    body: `{"entraId": {"clientSecret": "${entraClientSecret}"`,
  });
  dump = await dumpOf(server);
  answers = await readEverything(server);
});
afterAll(() => server[Symbol.asyncDispose]());

/** What plans hold: one that is applied, one that is not, and two that are refused. */
const plannedSecrets = {
  'the value of an OMA setting in a plan': 'a planned pre-shared key',
  'the value of an OMA setting in an applied plan': 'an applied pre-shared key',
  'the value of an OMA setting in a refused plan': 'a refused pre-shared key',
  'a value that makes a plan be refused': 'a wrongly placed pre-shared key',
};

async function planWith(of: TestServer, secret: string): Promise<void> {
  const url = '/beta/deviceManagement/deviceConfigurations';
  const setting = {
    '@odata.type': '#microsoft.graph.omaSettingString',
    displayName: 'Key',
    omaUri: `./Vendor/MSFT/VPNv2/${secret.length}/NativeProfile/L2tpPsk`,
    [secret.includes('wrongly') ? 'valeu' : 'value']: secret,
  };
  const assignments = [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }];
  const changes = [
    {
      method: 'POST',
      url,
      body: {
        '@odata.type': '#microsoft.graph.windows10CustomConfiguration',
        displayName: 'VPN',
        omaSettings: [setting],
      },
    },
    { method: 'POST', url: `${url}/{changes[0].id}/assign`, body: { assignments } },
    ...(secret.includes('refused') ? [{ method: 'POST', url, body: {} }] : []),
  ];
  const plans = '/api/v1/organizations/default/plans';
  const made = await of.send({ method: 'POST', url: plans, body: { changes } });
  const isRefused = /refused|wrongly/.test(secret);
  expect(made.status, made.text).toBe(isRefused ? 400 : 201);
  told.push(made.text);
  if (isRefused) return;
  for (const part of ['', '/devices', '/differences']) {
    told.push((await of.send({ url: `${plans}/${made.json.id}${part}` })).text);
  }
  expect(told.at(-1)).toContain('"********"');
  if (!secret.includes('applied')) return;
  const applied = await of.send({ method: 'POST', url: `${plans}/${made.json.id}/apply` });
  expect(applied.status, applied.text).toBe(200);
  told.push(applied.text);
}

/** Every row of every table as text; bytes as hex. */
async function dumpOf({ database }: TestServer): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select schemaname || '.' || tablename as name from pg_tables
    where schemaname in ('public', 'graphile_worker') order by 1
  `.execute(database.connection);
  expect(tables.length).toBeGreaterThan(15);
  const texts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ text: string }>`select t::text as text from ${sql.table(name)} t`.execute(
      database.connection,
    );
    texts.push(...rows.map((row) => row.text));
  }
  return texts.join('\n');
}

async function readEverything(of: TestServer): Promise<string> {
  const urls = [
    '/v1/organizations/default/mdm/configurations',
    '/v1.0/deviceManagement/applePushNotificationCertificate',
    '/v1.0/deviceManagement/deviceConfigurations',
    '/beta/deviceManagement/deviceConfigurations',
    '/api/v1/organizations/default/tokens',
    '/api/v1/organizations/default/applications',
    '/api/v1/organizations/default/audit-events?limit=200',
    '/api/v1/organizations/default/plans',
  ];
  const texts = await Promise.all(urls.map(async (url) => (await of.send({ url })).text));
  const devices = await of.send({ url: '/api/v1/organizations/default/devices' });
  for (const { id } of devices.json.items as { id: string }[]) {
    const url = `/api/v1/organizations/default/devices/${id}/effective-policy`;
    texts.push((await of.send({ url })).text);
  }
  return [...texts, ...told].join('\n');
}

const spellings = (secret: string) => [
  secret,
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
];

test('the search would find a secret', () => {
  expect(dump).toContain('Corporate Security Baseline');
  expect(dump).toContain(Buffer.from('New-PSDrive').toString('hex'));
  for (const [name, secret] of Object.entries(secrets)) expect(secret.length, name).toBeGreaterThan(15);
  expect(server.logged().length).toBeGreaterThan(1_000);
  expect(answers).toContain('"clientSecret":"********"');
  expect(answers).toContain('"value":"****"');
});

test('a dump of the database holds no secret in clear', () => {
  for (const [name, secret] of Object.entries(secrets)) {
    for (const spelling of spellings(secret)) expect(dump.includes(spelling), name).toBe(false);
  }
});

test('the log holds no secret', () => {
  const log = server.logged();
  for (const [name, secret] of Object.entries(secrets)) {
    for (const spelling of spellings(secret)) expect(log.includes(spelling), name).toBe(false);
  }
});

test('no answer repeats a secret, the audit log least of all', () => {
  for (const [name, secret] of Object.entries(secrets)) {
    for (const spelling of spellings(secret)) expect(answers.includes(spelling), name).toBe(false);
  }
});
