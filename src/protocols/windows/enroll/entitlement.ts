import {
  enrollmentWithId,
  findEnrollment,
  windowsEnrollmentOf,
  type Enrollment,
} from '../../../devices/enrollments/index.ts';
import { Fault, notFound } from '../../../kernel/fault.ts';
import { parseHexId } from '../../../kernel/id.ts';
import type { Secret } from '../../../kernel/secret.ts';
import { organizationById, type Organization } from '../../../tenancy/index.ts';
import type { WindowsOptions } from '../options.ts';
import { userOfEntraToken } from './entra/token.ts';
import { readSignInToken } from './sign-in/token.ts';
import type { Credential } from './wire/credential.ts';

/** By what a PC may enrol, as far as it is still open. */
export interface Entitlement {
  readonly organization: Organization;
  readonly enrollment: Enrollment;
  /** Who enrols it, as that person says; null when nobody says it. */
  readonly userPrincipalName: string | null;
  /** The same when Entra ID says it; what a person typed is no proof. */
  readonly provenEmail: string | null;
}

type Services = WindowsOptions['services'];
type Options = Pick<WindowsOptions, 'services' | 'keySets'>;

/** User names of Entra ID are no longer. */
export const longestName = 113;

/**
 * The enrolment of which the sender of a message has shown the secret. `organization` is the one in the path; without one, the secret alone says
 * whose it is. Faults: `tokenInvalid`, `tokenExpired`, `tokenWrongAudience`, `unavailable`.
 */
export async function entitlementOf(
  options: Options,
  credential: Credential,
  organization: Organization | undefined,
): Promise<Entitlement> {
  const { services } = options;
  switch (credential.kind) {
    case 'password': {
      const found = await enrollmentOfCode(services, credential.password, organization);
      return {
        ...found,
        userPrincipalName: credential.username.slice(0, longestName) || null,
        provenEmail: null,
      };
    }
    case 'userToken':
      return entitlementBySignIn(services, credential.token, organization);
    case 'jwt':
      return entitlementByEntra(options, credential.token, organization);
  }
}

/** Faults: `tokenInvalid`. */
export async function enrollmentOfCode(
  { database }: Services,
  code: Secret,
  organization: Organization | undefined,
): Promise<Pick<Entitlement, 'organization' | 'enrollment'>> {
  const found = await findEnrollment(database, code);
  const owner = found && (await organizationById(database, found.organizationId));
  if (!owner || found.enrollment.platform !== 'windows' || (organization && organization.id !== owner.id)) {
    throw new Fault(
      'tokenInvalid',
      'This is not the code of an enrolment for Windows PCs. Ask your administrator for the right one.',
    );
  }
  return { organization: owner, enrollment: found.enrollment };
}

/** The token is of this server, so what it names was there when it was made. */
async function entitlementBySignIn(
  { database, secrets, clock }: Services,
  token: Secret,
  organization: Organization | undefined,
): Promise<Entitlement> {
  const { organizationId, enrollmentId, username } = readSignInToken(secrets, token, clock());
  const owner = await organizationById(database, organizationId);
  if (!owner || (organization && organization.id !== owner.id)) {
    throw new Fault('tokenInvalid', 'The sign-in is one for another organization.');
  }
  const enrollment = await enrollmentWithId(database, organizationId, enrollmentId);
  return { organization: owner, enrollment, userPrincipalName: username || null, provenEmail: null };
}

/** A token of Entra ID does not say whose it is here, so the path must. */
async function entitlementByEntra(
  { services: { database, clock }, keySets }: Options,
  token: Secret,
  organization: Organization | undefined,
): Promise<Entitlement> {
  const settings = organization && (await windowsEnrollmentOf(database, organization.id));
  if (!settings?.entra) {
    throw new Fault('tokenInvalid', 'No PC enrols by Entra ID at this address.');
  }
  const name =
    (await userOfEntraToken(keySets, settings.entra, token, clock()))?.slice(0, longestName) ?? null;
  const enrollment = await enrollmentWithId(database, organization!.id, settings.entra.enrollmentId);
  return { organization: organization!, enrollment, userPrincipalName: name, provenEmail: name };
}

/** Undefined where the path names none. Faults: `notFound`. */
export async function organizationInPath(
  { database }: Pick<Services, 'database'>,
  { organization: hex }: { readonly organization?: string },
): Promise<Organization | undefined> {
  if (hex === undefined) return undefined;
  const id = parseHexId(hex);
  const organization = id && (await organizationById(database, id));
  if (!organization) throw notFound('Organization', hex);
  return organization;
}
