export { appleRoutes } from './routes.ts';
