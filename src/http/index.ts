export type { Dialect, SentQuery } from './dialect.ts';
export { endpointsOf, type EndpointAnswer, type EndpointOf } from './endpoint.ts';
export { answerFaults, faultHandler } from './fault-handler.ts';
export { faultOf } from './fault-of.ts';
export { acceptJson } from './json-body.ts';
export { refuseOtherMethods } from './other-methods.ts';
export { serve, type ServeOptions } from './serve.ts';
