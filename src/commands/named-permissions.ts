import { Fault } from '../kernel/fault.ts';
import { permissionsOfName } from '../permission-names.ts';
import { allPermissions, type Permission } from '../tenancy/index.ts';

/** The permissions that the names on the command line stand for. Faults: `invalidInput`. */
export function permissionsOfNames(names: readonly string[]): Permission[] {
  const found = names.flatMap((name) => {
    const permissions = permissionsOfName(name);
    if (permissions.length > 0) return permissions;
    throw new Fault(
      'invalidInput',
      `'${name}' is no permission. Muster's are: ${allPermissions.join(', ')}. Applivery's and Microsoft Graph's names work too, and 'all'.`,
    );
  });
  return [...new Set(found)];
}
