export { answerGraphRequest } from './answer-request.ts';
export { graphRolesOf, neutralPermissions as permissionsOfGraphNames } from './permissions.ts';
export { graphRoutes } from './resources/index.ts';
export { graphApi } from './routes.ts';
