import type { FaultCode } from '../kernel/fault.ts';

/** What HTTP itself has for each fault. Dialects whose vendors do otherwise have their own tables. */
export const faultStatuses = {
  invalidInput: 400,
  malformedBody: 400,
  unsupportedMediaType: 415,
  payloadTooLarge: 413,
  tokenMissing: 401,
  tokenMalformed: 401,
  tokenInvalid: 401,
  tokenExpired: 401,
  tokenWrongAudience: 401,
  forbidden: 403,
  featureNotInPlan: 403,
  notFound: 404,
  routeNotFound: 404,
  methodNotAllowed: 405,
  alreadyExists: 409,
  inUse: 409,
  outdated: 409,
  preconditionFailed: 412,
  tooManyRequests: 429,
  unavailable: 503,
} as const satisfies Record<FaultCode, number>;
