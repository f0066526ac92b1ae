export { answerNativeRequest } from './answer-request.ts';
export { endpoints as nativeEndpoints } from './endpoints.ts';
export { answerProblem, answerProblems, nativeRoutes } from './routes.ts';
export type { Planning } from './endpoint.ts';
