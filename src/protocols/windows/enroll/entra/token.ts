import { errors, jwtVerify, type JWTPayload } from 'jose';
import type { EntraEnrollment } from '../../../../devices/enrollments/index.ts';
import { Fault } from '../../../../kernel/fault.ts';
import type { Secret } from '../../../../kernel/secret.ts';
import type { KeySets } from './key-sets.ts';

/**
 * Who joined a PC to Entra ID, by the access token that the PC got for this server; null when the token does not name a user. Faults:
 * `tokenInvalid`, `tokenExpired`, `tokenWrongAudience`, `unavailable` (the issuer's keys).
 * https://learn.microsoft.com/windows/client-management/azure-active-directory-integration-with-mdm
 */
export async function userOfEntraToken(
  keySets: KeySets,
  { issuer, audience, jwksUrl, tenantId }: EntraEnrollment,
  token: Secret,
  now: Date,
): Promise<string | null> {
  const verified = async (again: boolean) =>
    jwtVerify(token.reveal(), await keySets.read(jwksUrl, again), {
      issuer,
      audience,
      algorithms: ['RS256'],
      currentDate: now,
      requiredClaims: ['exp'],
      clockTolerance: 60,
    });
  try {
    const { payload } = await verified(false).catch((error: unknown) => {
      if (error instanceof errors.JWKSNoMatchingKey) return verified(true);
      throw error;
    });
    if (payload['tid'] !== tenantId) throw wrong('tid', 'is another tenant');
    return nameIn(payload);
  } catch (error) {
    throw error instanceof errors.JOSEError ? faultOf(error) : error;
  }
}

function nameIn(payload: JWTPayload): string | null {
  const names = [payload['upn'], payload['unique_name'], payload['preferred_username']];
  return (names.find((name) => typeof name === 'string' && name !== '') as string | undefined) ?? null;
}

function faultOf(error: errors.JOSEError): Fault {
  if (error instanceof errors.JWTExpired) {
    return new Fault('tokenExpired', 'The token of Entra ID has expired. Sign in again.');
  }
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
    return new Fault('tokenWrongAudience', 'The token of Entra ID is for another application.');
  }
  if (error instanceof errors.JWTClaimValidationFailed) return wrong(error.claim, 'is wrong or missing');
  return new Fault('tokenInvalid', 'The token is not signed by the issuer that is configured.', {
    cause: error,
  });
}

function wrong(claim: string, problem: string): Fault {
  return new Fault('tokenInvalid', `The token of Entra ID is refused: its '${claim}' ${problem}.`);
}
