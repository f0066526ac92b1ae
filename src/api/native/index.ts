export { answerNativeRequest } from './answer-request.ts';
export { problemAnswer } from './api.ts';
export { endpoints as nativeEndpoints } from './endpoints.ts';
export { answerProblem, answerProblems, nativeRoutes } from './routes.ts';
export type { Planning } from './endpoint.ts';
