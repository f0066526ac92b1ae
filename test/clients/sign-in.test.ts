import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpsServer, leadingProxy, type HttpsServer } from './https-server.ts';
import type { SignedIn, SignIn } from './sign-in-client.ts';

const microsoft = 'https://login.microsoftonline.com';
const libraries = ['identity', 'msal'] as const;

let server: HttpsServer;
let proxy: Awaited<ReturnType<typeof leadingProxy>>;
beforeAll(async () => {
  server = await httpsServer({ hosts: [new URL(microsoft).host] });
  proxy = await leadingProxy(Number(new URL(server.publicUrl).port));
});
afterAll(async () => {
  proxy.close();
  await server[Symbol.asyncDispose]();
});

async function signIn(
  changes: Partial<SignIn> & Pick<SignIn, 'library'>,
  environment: Record<string, string> = {},
): Promise<SignedIn> {
  const { organization, clientId, clientSecret } = server.credentials;
  const asked: SignIn = {
    authority: server.publicUrl,
    tenant: organization.tenantId,
    clientId,
    clientSecret: clientSecret.reveal(),
    scope: 'https://graph.microsoft.com/.default',
    instanceDiscovery: false,
    url: `${server.publicUrl}/api/v1/organizations/default`,
    ...changes,
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, 'sign-in-client.ts'), JSON.stringify(asked)],
    { env: { NODE_EXTRA_CA_CERTS: server.caPath, ...environment }, timeout: 25_000 },
  );
  return JSON.parse(stdout) as SignedIn;
}

const signedIn = () => ({
  status: 200,
  body: expect.objectContaining({ slug: 'default', tenantId: server.credentials.organization.tenantId }),
  expiresInSeconds: expect.toSatisfy((seconds: number) => seconds > 3_500 && seconds <= 3_599),
});

test.for(libraries)('%s signs in where only the authority was changed', async (library) => {
  expect(await signIn({ library })).toEqual(signedIn());
});

test.for(libraries)('%s signs in for the scope of this server', async (library) => {
  expect(await signIn({ library, scope: `${server.publicUrl}/.default` })).toEqual(signedIn());
});

test.for(libraries)("%s signs in unchanged where a proxy leads Microsoft's names here", async (library) => {
  const environment = { HTTPS_PROXY: proxy.url, NODE_USE_ENV_PROXY: '1' };
  expect(await signIn({ library, authority: microsoft, instanceDiscovery: true }, environment)).toEqual(
    signedIn(),
  );
});

test.for(libraries)(
  '%s finds this authority by the instance discovery that it asks of Microsoft',
  async (library) => {
    const environment = { HTTPS_PROXY: proxy.url, NODE_USE_ENV_PROXY: '1' };
    expect(await signIn({ library, instanceDiscovery: true }, environment)).toEqual(signedIn());
  },
);

test.for(libraries)('%s tells why a sign-in was refused', async (library) => {
  expect(await signIn({ library, clientSecret: 'not the secret' })).toEqual({
    error: expect.stringContaining('AADSTS7000215: Invalid client secret provided'),
  });
  expect(await signIn({ library, tenant: '7d2b0a3c-93c1-4d2a-8c0f-2f2b5c1c9a11' })).toEqual({
    error: expect.stringMatching(/AADSTS90002|endpoints_resolution_error/),
  });
});
