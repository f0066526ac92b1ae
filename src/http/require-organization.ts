import { notFound } from '../kernel/fault.ts';
import type { Caller } from '../tenancy/index.ts';
import type { Dialect } from './dialect.ts';

/** Refuses a path that names another organization than the caller's, as if it were not there. Faults: `notFound`. */
export function requireOrganization<Given, Own>(
  { organizationParameter, readId }: Dialect<Given, Own>,
  { organization }: Caller,
  params: Readonly<Record<string, string>>,
): void {
  const named = params[organizationParameter];
  if (named === undefined) return;
  if (named.toLowerCase() === organization.slug || readId(named) === organization.id) return;
  throw notFound('Organization', named);
}
