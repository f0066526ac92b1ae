import type { Reader } from '../../database/index.ts';
import { Fault, notFound } from '../../kernel/fault.ts';
import { parseHexId, type Id } from '../../kernel/id.ts';
import { deviceScope, organizationById, type Scope } from '../../tenancy/index.ts';

/** Lists of what is installed are the largest messages. */
export const largestReport = 16 * 1024 * 1024;

export interface OrganizationPath {
  Params: { organization: string };
}

/** The bytes of a message; what is signed are these. Faults: `malformedBody`. */
export function bodyOf({ body }: { readonly body: unknown }): Buffer {
  if (Buffer.isBuffer(body) && body.length > 0) return body;
  throw new Fault('malformedBody', 'The request has no message.');
}

/** Faults: `notFound`. */
export function organizationIdOf({ params }: { readonly params: OrganizationPath['Params'] }): Id {
  const id = parseHexId(params.organization);
  if (!id) throw notFound('Organization', params.organization);
  return id;
}

/** The organization in the path, and the device as who asks. Faults: `notFound`. */
export async function scopeOf(
  reader: Reader,
  request: { readonly params: OrganizationPath['Params']; readonly id: string },
): Promise<Scope> {
  const organization = await organizationById(reader, organizationIdOf(request));
  if (!organization) throw notFound('Organization', request.params.organization);
  return deviceScope(organization, request.id);
}
