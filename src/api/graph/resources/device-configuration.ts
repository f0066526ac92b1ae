import { deviceConfigurations as family, policyNotFound, type Policy } from '../../../policies/index.ts';
import type { Id } from '../../../kernel/id.ts';
import { isDerivedFrom } from '../model/model.ts';
import { keyedPath } from '../payload/context.ts';
import { castType, idOfKey, type RouteRequest } from '../route.ts';

const namespace = 'microsoft.graph.';

/** Where device configurations are, below the version. */
export const configurationsPath = 'deviceManagement/deviceConfigurations';
/** Their declared type. */
export const configurationType = 'microsoft.graph.deviceConfiguration';

/** The full name of a configuration's own type. */
export function typeOfConfiguration({ kind }: Policy): string {
  return namespace + kind;
}

/** The kind of policy that a configuration of this type is. */
export function kindOfConfiguration(type: string): string {
  return type.slice(namespace.length);
}

/** The configuration of the path, if this version knows its type and the path lets it through. Faults: `notFound`. */
export async function requireConfiguration(request: RouteRequest): Promise<Policy> {
  const asked = castType(request, configurationType);
  const id = idOfKey(request.match, 0, family.noun);
  const organizationId = request.read.scope.organization.id;
  const policy = await request.gathered.deviceConfiguration({ organizationId, id });
  if (!policy || !isDerivedFrom(request.model, typeOfConfiguration(policy), asked)) {
    throw policyNotFound(family, id);
  }
  return policy;
}

/** The path of what belongs to a configuration, with the cast of the request, as `@odata.context` has it. */
export function partPath(request: RouteRequest, { id }: Policy, name: string): string {
  const asked = castType(request, configurationType);
  const cast = asked === configurationType ? '' : `/${asked}`;
  return `${keyedPath(configurationsPath, id)}${cast}/${name}`;
}

/** The URL of what belongs to a configuration; of a collection, that of the item with the key. */
export function partUrl({ serviceRoot }: RouteRequest, policyId: Id, name: string, key?: string): string {
  const path = `${keyedPath(configurationsPath, policyId)}/${name}`;
  return `${serviceRoot}/${key === undefined ? path : keyedPath(path, key)}`;
}
