export { oauthRoutes, type OauthOptions } from './routes.ts';
