/**
 * Signs in as a user's program would and calls an API with the token; `sign-in.test.ts` runs it as a process of its own, because
 * Node reads `NODE_EXTRA_CA_CERTS` at its start alone. Its one argument is a `SignIn` as JSON, its output a `SignedIn`.
 */
import { ClientSecretCredential } from '@azure/identity';
import { ConfidentialClientApplication } from '@azure/msal-node';

export interface SignIn {
  readonly library: 'identity' | 'msal';
  readonly authority: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  /** `@azure/identity`: asks Microsoft whether the authority is one. MSAL: the same, by leaving `knownAuthorities` empty. */
  readonly instanceDiscovery: boolean;
  /** Called with the token. */
  readonly url: string;
}

export type SignedIn =
  | { readonly status: number; readonly body: unknown; readonly expiresInSeconds: number }
  | { readonly error: string };

const secondsUntil = (time: number | undefined) => Math.round(((time ?? 0) - Date.now()) / 1_000);

async function accessToken(signIn: SignIn): Promise<{ token: string; expiresInSeconds: number }> {
  const { authority, tenant, clientId, clientSecret, scope, instanceDiscovery } = signIn;
  if (signIn.library === 'identity') {
    const credential = new ClientSecretCredential(tenant, clientId, clientSecret, {
      authorityHost: authority,
      disableInstanceDiscovery: !instanceDiscovery,
      retryOptions: { maxRetries: 0 },
    });
    const { token, expiresOnTimestamp } = await credential.getToken(scope);
    return { token, expiresInSeconds: secondsUntil(expiresOnTimestamp) };
  }
  const client = new ConfidentialClientApplication({
    auth: {
      clientId,
      clientSecret,
      authority: `${authority}/${tenant}`,
      knownAuthorities: instanceDiscovery ? [] : [new URL(authority).host],
    },
  });
  const result = await client.acquireTokenByClientCredential({ scopes: [scope] });
  if (!result) throw new Error('MSAL gave no token.');
  return { token: result.accessToken, expiresInSeconds: secondsUntil(result.expiresOn?.getTime()) };
}

async function run(signIn: SignIn): Promise<SignedIn> {
  try {
    const { token, expiresInSeconds } = await accessToken(signIn);
    const answer = await fetch(signIn.url, { headers: { authorization: `Bearer ${token}` } });
    return { status: answer.status, body: await answer.json(), expiresInSeconds };
  } catch (error) {
    return { error: String(error) };
  }
}

const [, , argument] = process.argv;
process.stdout.write(JSON.stringify(await run(JSON.parse(argument ?? '') as SignIn)));
