import { Fault } from '../kernel/fault.ts';
import { findOrganization, type Organization } from '../tenancy/index.ts';
import type { OpenServices } from './services.ts';

/** The organization with this slug. Faults: `notFound` that says how to see which there are. */
export async function organizationOfSlug(services: OpenServices, slug: string): Promise<Organization> {
  const organization = await findOrganization(services.database, slug);
  if (organization) return organization;
  throw new Fault('notFound', `There is no organization '${slug}'. See: muster organization list`);
}
