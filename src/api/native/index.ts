export { endpoints as nativeEndpoints } from './endpoints.ts';
export { answerProblem, answerProblems, nativeRoutes } from './routes.ts';
