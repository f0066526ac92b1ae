import type { Reader } from '../../database/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import {
  accessTokenLifetime,
  checkClientSecret,
  graphAudiences,
  type AccessTokens,
  type Organization,
} from '../../tenancy/index.ts';
import { quoted, refuse, type Refusal } from './refusal.ts';
import type { TokenRequest } from './token-request.ts';

export interface TokenServices {
  readonly database: Reader;
  readonly clock: Clock;
  readonly accessTokens: AccessTokens;
  /** The names under which Microsoft Graph knows an application's permissions: what clients see in the `roles` claim. */
  readonly rolesOf: (permissions: readonly string[]) => readonly string[];
}

/** What OAuth2 calls the successful response, with Entra's `ext_expires_in`. Lifetimes are in seconds. */
export interface TokenAnswer {
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly ext_expires_in: number;
  readonly access_token: string;
}

/**
 * Signs an application in.
 *
 * An unknown application and a wrong secret are told apart, as Entra tells them apart: a client id is public (RFC 6749, section 2.2) and
 * a random GUID, so nobody finds one by trying, and a mistyped id or the wrong tenant is what goes wrong most. Both take the same time.
 */
export async function issueToken(
  { database, clock, accessTokens, rolesOf }: TokenServices,
  organization: Organization,
  { clientId, clientSecret, audience }: TokenRequest,
): Promise<TokenAnswer | Refusal> {
  const checked = await checkClientSecret(database, organization.id, clientId, clientSecret, clock());
  if (checked === 'unknownApplication') {
    return refuse(
      'applicationUnknown',
      `Application with identifier ${quoted(clientId)} was not found in the directory '${organization.slug}'. It may have been deleted, or the request was sent to the wrong tenant.`,
    );
  }
  if (checked === 'wrongSecret') {
    return refuse(
      'secretWrong',
      `Invalid client secret provided for the application '${clientId.toLowerCase()}'. Secrets are shown once, when the application is created; create another application if this one's secret is lost.`,
    );
  }
  const { permissions } = checked;
  const roles = graphAudiences.includes(audience) ? rolesOf(permissions) : permissions;
  const accessToken = await accessTokens.issue({ organization, application: checked, audience, roles });
  const lifetime = accessTokenLifetime - 1;
  return {
    token_type: 'Bearer',
    expires_in: lifetime,
    ext_expires_in: lifetime,
    access_token: accessToken,
  };
}
