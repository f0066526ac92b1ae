import { permissionOfAppliveryName } from './api/applivery/index.ts';
import { permissionsOfGraphNames } from './api/graph/index.ts';
import { allPermissions, isPermission, type Permission } from './tenancy/index.ts';

/** The permissions that a name stands for: one of Muster's, Applivery's or Microsoft Graph's, or `all`. None for an unknown name. */
export function permissionsOfName(name: string): readonly Permission[] {
  if (name === 'all') return allPermissions;
  if (isPermission(name)) return [name];
  const applivery = permissionOfAppliveryName(name);
  return applivery ? [applivery] : [...permissionsOfGraphNames([name])];
}
