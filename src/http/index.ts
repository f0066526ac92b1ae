export { jsonAnswer, sendAnswer } from './answer.ts';
export { apiOf } from './api.ts';
export { clientCertificates, type CertifiedRequest } from './client-certificate.ts';
export type { SentQuery } from './dialect.ts';
export { endpointsOf, type EndpointAnswer, type EndpointOf } from './endpoint.ts';
export { answerFaults, faultHandler, routeNotFound } from './fault-handler.ts';
export { faultOf } from './fault-of.ts';
export { faultStatuses } from './fault-statuses.ts';
export {
  answerInside,
  apiAnswerOf,
  requestAnswerer,
  type ApiAnswer,
  type ApiRequest,
  type InProcessServices,
} from './in-process.ts';
export { acceptJson } from './json-body.ts';
export { refuseOtherMethods } from './other-methods.ts';
export { longestParameter, refuseNul, segmentsOf } from './path.ts';
export { describedProblem, problemAnswer } from './problem.ts';
export { serve, type ServeOptions } from './serve.ts';
