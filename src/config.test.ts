import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { readConfig, variables } from './config.ts';

function refusal(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

test('an empty environment gives the documented defaults', () => {
  expect(readConfig({ HOME: '/x' })).toMatchObject({
    databaseUrl: undefined,
    listen: { host: '127.0.0.1', port: 8443 },
    publicUrl: 'https://localhost:8443',
    tls: { mode: 'auto' },
    apnsUrl: 'https://api.push.apple.com',
    bootstrap: { slug: 'default' },
    historyDays: 400,
    logLevel: 'info',
  });
});

test('every variable is read', () => {
  const config = readConfig({
    MUSTER_DATA_DIR: '/srv/muster',
    MUSTER_DATABASE_URL: 'postgres://u:pw@db/muster',
    MUSTER_LISTEN: '[::1]:9443',
    MUSTER_PUBLIC_URL: 'https://mdm.example.com/',
    MUSTER_TLS: '/etc/a.pem, /etc/b.pem',
    MUSTER_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    MUSTER_BOOTSTRAP_ORGANIZATION: 'acme',
    MUSTER_BOOTSTRAP_TENANT_ID: '11111111-2222-3333-4444-55555555555A',
    MUSTER_BOOTSTRAP_CLIENT_ID: '11111111-2222-3333-4444-555555555555',
    MUSTER_BOOTSTRAP_CLIENT_SECRET: 'a-long-secret',
    MUSTER_BOOTSTRAP_API_TOKEN: 'a-long-token',
    MUSTER_APNS_URL: 'https://api.push.apple.com:2197/',
    MUSTER_HISTORY_DAYS: '90',
    MUSTER_LOG_LEVEL: 'WARN',
  });
  expect(config).toMatchObject({
    dataDir: '/srv/muster',
    listen: { host: '::1', port: 9443 },
    publicUrl: 'https://mdm.example.com',
    tls: { mode: 'files', certificate: '/etc/a.pem', key: '/etc/b.pem' },
    apnsUrl: 'https://api.push.apple.com:2197',
    secretKey: Buffer.alloc(32, 7),
    bootstrap: { slug: 'acme', tenantId: '11111111-2222-3333-4444-55555555555a' },
    historyDays: 90,
    logLevel: 'warn',
  });
  expect(config.databaseUrl?.reveal()).toBe('postgres://u:pw@db/muster');
  expect(inspect(config, { depth: 9 })).not.toMatch(/pw|a-long/);
});

test('without TLS the public URL is http', () => {
  expect(readConfig({ MUSTER_TLS: 'off', MUSTER_LISTEN: '0.0.0.0:8080' }).publicUrl).toBe(
    'http://localhost:8080',
  );
});

test.each([
  [{ MUSTER_LISTN: 'x' }, /MUSTER_LISTN is not a variable of Muster; the variables are MUSTER_DATA_DIR/],
  [{ MUSTER_LISTEN: 'localhost' }, /MUSTER_LISTEN must be address:port/],
  [{ MUSTER_LISTEN: '127.0.0.1:99999' }, /MUSTER_LISTEN must be/],
  [{ MUSTER_TLS: 'on' }, /MUSTER_TLS must be 'auto', 'off', or two paths/],
  [{ MUSTER_PUBLIC_URL: 'mdm.example.com' }, /MUSTER_PUBLIC_URL must be an origin/],
  [{ MUSTER_PUBLIC_URL: 'https://mdm.example.com/mdm' }, /MUSTER_PUBLIC_URL must be an origin/],
  [{ MUSTER_SECRET_KEY: 'c2hvcnQ=' }, /MUSTER_SECRET_KEY must be 32 bytes/],
  [{ MUSTER_DATABASE_URL: 'mysql://x' }, /MUSTER_DATABASE_URL must start with postgres/],
  [{ MUSTER_BOOTSTRAP_TENANT_ID: 'contoso' }, /MUSTER_BOOTSTRAP_TENANT_ID must be a GUID, not 'contoso'/],
  [{ MUSTER_BOOTSTRAP_API_TOKEN: 'short' }, /MUSTER_BOOTSTRAP_API_TOKEN must have at least 8/],
  [{ MUSTER_APNS_URL: 'http://localhost:2197' }, /MUSTER_APNS_URL must be an https origin/],
  [{ MUSTER_APNS_URL: 'https://api.push.apple.com/3/device' }, /MUSTER_APNS_URL must be an https origin/],
  [{ MUSTER_APNS_URL: 'api.push.apple.com' }, /MUSTER_APNS_URL must be an https origin/],
  [{ MUSTER_HISTORY_DAYS: '0' }, /MUSTER_HISTORY_DAYS must be a number of days from 1 to 36500/],
  [{ MUSTER_HISTORY_DAYS: '1.5' }, /MUSTER_HISTORY_DAYS must be a number of days from 1 to 36500/],
  [{ MUSTER_LOG_LEVEL: 'loud' }, /MUSTER_LOG_LEVEL must be one of trace/],
])('%j is refused with what would be right', (environment, message) => {
  expect(refusal(environment)).toMatch(message);
});

test('all problems are told at once', () => {
  const message = refusal({ MUSTER_TLS: 'on', MUSTER_LISTEN: 'x', MUSTER_X: '1' });
  for (const name of ['MUSTER_TLS', 'MUSTER_LISTEN', 'MUSTER_X']) expect(message).toContain(name);
});

test('every variable has its meaning written down', () => {
  for (const [name, meaning] of Object.entries(variables)) {
    expect(name).toMatch(/^MUSTER_[A-Z_]+$/);
    expect(meaning.length).toBeGreaterThan(10);
  }
});

test('devices may show their certificates by TLS, or by a header of the proxy, and not by both', () => {
  expect(readConfig({}).deviceCertificates).toEqual({ byTls: false, header: undefined });
  expect(readConfig({ MUSTER_CLIENT_CERTIFICATES: 'request' }).deviceCertificates).toEqual({
    byTls: true,
    header: undefined,
  });
  const behindProxy = { MUSTER_TLS: 'off', MUSTER_CLIENT_CERTIFICATE_HEADER: 'Client-Cert' };
  expect(readConfig(behindProxy).deviceCertificates).toEqual({ byTls: false, header: 'client-cert' });
  expect(refusal({ MUSTER_CLIENT_CERTIFICATES: 'yes' })).toContain("must be 'off' or 'request'");
  expect(refusal({ MUSTER_TLS: 'off', MUSTER_CLIENT_CERTIFICATES: 'request' })).toContain(
    'the proxy must ask for them',
  );
  expect(refusal({ MUSTER_TLS: 'off', MUSTER_CLIENT_CERTIFICATE_HEADER: 'Client Cert' })).toContain(
    'must be the name of a header',
  );
  // Whoever calls the server itself could write the header.
  expect(refusal({ MUSTER_CLIENT_CERTIFICATE_HEADER: 'Client-Cert' })).toContain('is for MUSTER_TLS=off');
});
