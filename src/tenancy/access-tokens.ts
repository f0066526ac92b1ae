import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../kernel/clock.ts';
import { Fault } from '../kernel/fault.ts';
import type { Application } from './applications.ts';
import type { Organization } from './scope.ts';
import type { SigningKeys } from './signing-keys.ts';

/** What Microsoft Graph calls itself: clients that ask for its scope get one of these as audience. */
export const graphAudiences = ['https://graph.microsoft.com', '00000003-0000-0000-c000-000000000000'];

/** Seconds that an access token is good for, as Entra's default of 60 minutes. */
export const accessTokenLifetime = 3_600;

/** Who issues tokens for a tenant. Access tokens for Graph are in Entra's v1 form, so no `/v2.0` at the end. */
export function issuerOf(publicUrl: string, tenantId: string): string {
  return `${publicUrl}/${tenantId}/`;
}

export interface AccessTokens {
  /** Signs a token for an application; `roles` are the permission names that the caller sees in it. */
  issue(grant: {
    organization: Organization;
    application: Application;
    audience: string;
    roles: readonly string[];
  }): Promise<string>;
  /** Checks signature, issuer, audience and time. Faults: `tokenMalformed`, `tokenInvalid`, `tokenExpired`, `tokenWrongAudience`. */
  verify(token: string): Promise<{ tenantId: string; clientId: string }>;
}

/**
 * Access tokens with the claims of Entra's app-only tokens.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function accessTokens(services: { keys: SigningKeys; clock: Clock; publicUrl: string }): AccessTokens {
  const { keys, clock, publicUrl } = services;
  const audiences = [...graphAudiences, publicUrl];
  return {
    async issue({ organization, application, audience, roles }) {
      const { kid, privateKey } = await keys.current();
      const now = Math.floor(clock().getTime() / 1_000);
      return new SignJWT({
        aio: '',
        appid: application.clientId,
        appidacr: '1',
        idp: issuerOf(publicUrl, organization.tenantId),
        idtyp: 'app',
        oid: application.id,
        roles: [...roles],
        tid: organization.tenantId,
        ver: '1.0',
      })
        .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid })
        .setIssuer(issuerOf(publicUrl, organization.tenantId))
        .setAudience(audience)
        .setSubject(application.id)
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + accessTokenLifetime)
        .sign(privateKey);
    },

    async verify(token) {
      const kid = keyIdOf(token);
      const key = kid === undefined ? undefined : await keys.verificationKey(kid);
      if (!key) throw new Fault('tokenInvalid', 'The access token is not signed by a key of this server.');
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['RS256'],
          audience: audiences,
          currentDate: clock(),
          requiredClaims: ['exp', 'iss', 'tid', 'appid'],
        });
        const { tid, appid, iss } = payload;
        if (typeof tid !== 'string' || typeof appid !== 'string' || iss !== issuerOf(publicUrl, tid)) {
          throw new Fault('tokenInvalid', 'The access token was issued by somebody else.');
        }
        return { tenantId: tid, clientId: appid };
      } catch (error) {
        throw faultOf(error);
      }
    },
  };
}

function keyIdOf(token: string): string | undefined {
  try {
    const { kid, alg } = decodeProtectedHeader(token);
    return alg === 'RS256' ? kid : undefined;
  } catch {
    throw new Fault('tokenMalformed', 'The access token is not a JSON web token.');
  }
}

function faultOf(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) {
    return new Fault('tokenExpired', 'The access token has expired.', { cause: error });
  }
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
    return new Fault('tokenWrongAudience', 'The access token is meant for another service.', {
      cause: error,
    });
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return new Fault('tokenMalformed', 'The access token is not a JSON web token.', { cause: error });
  }
  if (error instanceof errors.JOSEError) {
    return new Fault('tokenInvalid', 'The access token is not valid.', { cause: error });
  }
  return error;
}
