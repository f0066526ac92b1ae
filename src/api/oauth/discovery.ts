import { graphAudiences, issuerOf } from '../../tenancy/index.ts';
import { quoted, refuse, type Refusal } from './refusal.ts';

/** Stands in a path for "any tenant"; `consumers` is left out because no personal account signs in here. */
export const anyTenant: ReadonlySet<string> = new Set(['common', 'organizations']);

/**
 * OpenID Connect discovery for one tenant, or for any tenant (`common`), where the issuer holds the placeholder `{tenantid}`.
 *
 * As with Entra, version 1 names the issuer of the tokens that the APIs take, version 2 the one that clients derive from the authority.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#fetch-the-openid-configuration-document
 */
export function openIdConfiguration(publicUrl: string, tenant: string, version: 1 | 2) {
  const base = `${publicUrl}/${tenant}`;
  const issuer = issuerOf(publicUrl, anyTenant.has(tenant) ? '{tenantid}' : tenant);
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    scopes_supported: [...graphAudiences, publicUrl].map((audience) => `${audience}/.default`),
    issuer: version === 1 ? issuer : `${issuer}v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    tenant_region_scope: null,
    cloud_instance_name: new URL(publicUrl).host,
  };
}

/**
 * Which hosts share this server's tokens, as MSAL asks before it trusts an authority. The server knows itself alone; `requestHost` is
 * the name by which this request came, which is another than the public URL's when a proxy leads Microsoft's names here.
 */
export function instanceDiscovery(
  publicUrl: string,
  requestHost: string,
  authorizationEndpoint: string | undefined,
): object | Refusal {
  if (!authorizationEndpoint) {
    return refuse(
      'parameterMissing',
      "The request must contain the query parameter 'authorization_endpoint'.",
    );
  }
  const ownHost = new URL(publicUrl).host;
  const asked = URL.canParse(authorizationEndpoint) ? new URL(authorizationEndpoint) : undefined;
  if (!asked || (asked.host !== ownHost && asked.host !== requestHost)) {
    return refuse(
      'instanceUnknown',
      `Unknown or invalid instance ${quoted(authorizationEndpoint)}. This server is ${publicUrl}.`,
    );
  }
  const tenant = /^\/[\w.-]+/.exec(asked.pathname)?.[0] ?? '/common';
  const aliases = [...new Set([asked.host, ownHost])];
  return {
    tenant_discovery_endpoint: `${publicUrl}${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: asked.host, preferred_cache: asked.host, aliases }],
  };
}
