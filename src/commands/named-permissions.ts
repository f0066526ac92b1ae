import { permissionOfAppliveryName } from '../api/applivery/index.ts';
import { Fault } from '../kernel/fault.ts';
import { allPermissions, isPermission, type Permission } from '../tenancy/index.ts';

/** The permissions that names stand for: Muster's own, Applivery's, Microsoft Graph's, or `all`. Faults: `invalidInput`. */
export function permissionsOfNames(names: readonly string[]): Permission[] {
  const found = names.flatMap((name) => {
    if (name === 'all') return allPermissions;
    if (isPermission(name)) return [name];
    const applivery = permissionOfAppliveryName(name);
    if (applivery) return [applivery];
    throw new Fault(
      'invalidInput',
      `'${name}' is no permission. Muster's are: ${allPermissions.join(', ')}. Applivery's and Microsoft Graph's names work too, and 'all'.`,
    );
  });
  return [...new Set(found)];
}
