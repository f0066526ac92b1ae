export { endpoints as nativeEndpoints } from './endpoints.ts';
export { nativeRoutes } from './routes.ts';
