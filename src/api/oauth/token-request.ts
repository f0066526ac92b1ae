import { Secret } from '../../kernel/secret.ts';
import { graphAudiences } from '../../tenancy/index.ts';
import { isRefusal, quoted, refuse, type Refusal } from './refusal.ts';

/** A request for an app-only access token. */
export interface TokenRequest {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** One of `graphAudiences`, or the server's own public URL. */
  readonly audience: string;
}

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: Secret;
}

/**
 * Reads the client credentials request.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function readTokenRequest(
  form: URLSearchParams,
  authorization: string | undefined,
  publicUrl: string,
): TokenRequest | Refusal {
  const repeated = [...form.keys()].find((name) => form.getAll(name).length > 1);
  if (repeated !== undefined) {
    return refuse('malformed', `The parameter ${quoted(repeated)} is sent more than once; send it once.`);
  }
  const grant = form.get('grant_type');
  if (!grant) return missing('grant_type');
  if (grant !== 'client_credentials') {
    return refuse(
      'grantUnsupported',
      `The app requested an unsupported grant type ${quoted(grant)}. This server grants client_credentials.`,
    );
  }
  const credentials = readCredentials(form, authorization);
  if (isRefusal(credentials)) return credentials;
  const audience = readScope(form.get('scope'), publicUrl);
  return typeof audience === 'string' ? { ...credentials, audience } : audience;
}

function readCredentials(form: URLSearchParams, authorization: string | undefined): Credentials | Refusal {
  if (authorization !== undefined) return readBasic(form, authorization);
  const clientId = form.get('client_id');
  if (!clientId) return missing('client_id');
  const clientSecret = form.get('client_secret');
  if (clientSecret) return { clientId, clientSecret: new Secret(clientSecret) };
  const hint = form.has('client_assertion')
    ? 'This server does not take client assertions (certificates); use a client secret.'
    : 'Send it in the body, or with the client id by HTTP Basic authentication.';
  return refuse(
    'secretMissing',
    `'client_secret' is required for the 'client_credentials' grant type. ${hint}`,
  );
}

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 */
function readBasic(form: URLSearchParams, authorization: string): Credentials | Refusal {
  const [, base64] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization.trim()) ?? [];
  const [, user, password] = /^([^:]*):(.+)$/s.exec(Buffer.from(base64 ?? '', 'base64').toString()) ?? [];
  if (!user || !password) {
    return refuse(
      'secretMissing',
      'The Authorization header must be Basic and the base64 of client id, colon and client secret, both percent-encoded.',
    );
  }
  if (form.has('client_secret') || form.has('client_assertion')) {
    return refuse(
      'malformed',
      'The client authenticates twice, in the Authorization header and in the body; do it once.',
    );
  }
  const clientId = formDecoded(user);
  if (form.has('client_id') && form.get('client_id') !== clientId) {
    return refuse('malformed', "The 'client_id' in the body is not the one in the Authorization header.");
  }
  return { clientId, clientSecret: new Secret(formDecoded(password)) };
}

/** Decodes one value; a percent sign that starts no code stands for itself, as clients that do not encode mean it. */
function formDecoded(text: string): string {
  return new URLSearchParams(`value=${text.replaceAll('&', '%26')}`).get('value')!;
}

const suffix = '/.default';

function readScope(scope: string | null, publicUrl: string): string | Refusal {
  const [first, ...others] = (scope ?? '').split(' ').filter((item) => item !== '');
  if (first === undefined) return missing('scope');
  const example = `${graphAudiences[0]}${suffix} or ${publicUrl}${suffix}`;
  if (others.length > 0) {
    return refuse(
      'scopeInvalid',
      `The provided value for the input parameter 'scope' is not valid. The scope ${quoted(scope ?? '')} names more than one; send ${example}.`,
    );
  }
  if (!first.endsWith(suffix)) {
    return refuse(
      'scopeNotDefault',
      `The provided value for scope ${quoted(first)} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier: ${example}.`,
    );
  }
  // Clients that keep a resource with a slash at its end ask for `https://graph.microsoft.com//.default`.
  const resource = first.slice(0, -suffix.length).replace(/\/+$/, '').toLowerCase();
  return (
    [...graphAudiences, publicUrl].find((audience) => audience.toLowerCase() === resource) ??
    refuse(
      'resourceUnknown',
      `The resource ${quoted(resource)} was not found on this server; send ${example}.`,
    )
  );
}

function missing(name: string): Refusal {
  return refuse('parameterMissing', `The request body must contain the following parameter: '${name}'.`);
}
