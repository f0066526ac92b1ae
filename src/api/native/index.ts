export type { Endpoint, NativeServices } from './endpoint.ts';
export { endpoints as nativeEndpoints } from './endpoints.ts';
export { nativeRoutes, type NativeOptions } from './routes.ts';
