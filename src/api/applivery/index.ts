export type { AppliveryServices, Endpoint } from './endpoint.ts';
export { endpoints as appliveryEndpoints } from './endpoints.ts';
export {
  permissionName as appliveryPermissionName,
  permissionOfName as permissionOfAppliveryName,
} from './permissions.ts';
export { appliveryRoutes, type AppliveryOptions } from './routes.ts';
