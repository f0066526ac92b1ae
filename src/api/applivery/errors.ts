import type { Fault, FaultCode, Violation } from '../../kernel/fault.ts';

/** Applivery's number, words and HTTP status for one kind of error. */
interface WireError {
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

/**
 * Documented: 3001, 4001, 4002, 4004, 5048, 5050, 5209. The others have no documented counterpart; their numbers are the HTTP status
 * times ten.
 */
const wireErrors = {
  invalidInput: { status: 400, code: 5209, message: 'Invalid input' },
  malformedBody: { status: 400, code: 5209, message: 'Invalid input' },
  unsupportedMediaType: { status: 415, code: 4150, message: 'Unsupported media type' },
  payloadTooLarge: { status: 413, code: 4130, message: 'Payload too large' },
  tokenMissing: { status: 401, code: 4002, message: 'No auth token' },
  tokenMalformed: { status: 401, code: 4004, message: 'Invalid Token' },
  tokenInvalid: { status: 401, code: 4004, message: 'Invalid Token' },
  tokenExpired: { status: 401, code: 4004, message: 'Invalid Token' },
  tokenWrongAudience: { status: 401, code: 4004, message: 'Invalid Token' },
  forbidden: { status: 403, code: 4001, message: 'Unauthorized' },
  featureNotInPlan: { status: 400, code: 5050, message: 'Feature not allowed for you billing plan' },
  notFound: { status: 404, code: 3001, message: 'Entity not found' },
  routeNotFound: { status: 404, code: 3001, message: 'Entity not found' },
  methodNotAllowed: { status: 405, code: 4050, message: 'Method not allowed' },
  alreadyExists: { status: 409, code: 4090, message: 'Entity already exists' },
  inUse: { status: 409, code: 4091, message: 'Entity is in use' },
  outdated: { status: 409, code: 4090, message: 'Conflict' },
  preconditionFailed: { status: 412, code: 4120, message: 'Precondition failed' },
  tooManyRequests: { status: 429, code: 4290, message: 'Too many requests' },
  unavailable: { status: 503, code: 5030, message: 'Service unavailable' },
} as const satisfies Record<FaultCode, WireError>;

/** An endpoint's own documented words for a code, where they differ from the general ones. */
export type FaultOverrides = Partial<Record<FaultCode, WireError>>;

export interface ErrorAnswer {
  readonly status: number;
  readonly body: {
    readonly status: false;
    readonly error: {
      readonly code: number;
      readonly message: string;
      readonly details: readonly Violation[];
    };
  };
}

/** The answer for a fault: the documented code and message, and in `details` what was wrong, where, and what would be right. */
export function errorAnswer(fault: Fault, overrides: FaultOverrides = {}): ErrorAnswer {
  const { status, code, message } = overrides[fault.code] ?? wireErrors[fault.code];
  const details = fault.violations.length > 0 ? fault.violations : [{ path: '', message: fault.message }];
  return { status, body: { status: false, error: { code, message, details } } };
}

export const unexpectedError: ErrorAnswer = {
  status: 500,
  body: { status: false, error: { code: 5000, message: 'Internal server error', details: [] } },
};
