export {
  graphPermissions,
  graphRolesOf,
  neutralPermissions as permissionsOfGraphNames,
} from './permissions.ts';
export { graphRoutes } from './resources/index.ts';
export type { GraphRoute } from './route.ts';
export { graphApi, type GraphOptions } from './routes.ts';
