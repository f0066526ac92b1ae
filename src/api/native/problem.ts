import { STATUS_CODES } from 'node:http';
import type { Fault, FaultCode, Violation } from '../../kernel/fault.ts';

const statuses = {
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

/**
 * Problem details (RFC 9457). `type` is `about:blank`, so `title` is the status in words; programs look at `code`.
 */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: FaultCode | 'unexpected';
  readonly violations: readonly Violation[];
}

export function problemOf({ code, message, violations }: Fault): Problem {
  return problem(statuses[code], code, message, violations);
}

export const unexpectedProblem = problem(
  500,
  'unexpected',
  "The server made a mistake; its log tells more under the answer's request id.",
  [],
);

function problem(
  status: number,
  code: Problem['code'],
  detail: string,
  violations: readonly Violation[],
): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? '', status, detail, code, violations };
}
