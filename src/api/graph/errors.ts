import { Fault, type FaultCode } from '../../kernel/fault.ts';
import { graphCodeOf, sentenceOf, summaryOf } from './violation.ts';

/** Who Graph says answered: Intune behind the gateway, with its message nested in the message, or the directory. */
export type Flavour = 'intune' | 'directory';

export interface ErrorContext {
  readonly flavour: Flavour;
  /** This server's id of the request. */
  readonly requestId: string;
  /** The client's own id of it, or ours again. */
  readonly clientRequestId: string;
  readonly date: Date;
  /** The request's URL as the client called it. */
  readonly url: string;
}

interface GraphErrorDetail {
  readonly code: string;
  readonly message: string;
  /** The property or query option that is wrong. */
  readonly target?: string;
}

interface GraphErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: readonly GraphErrorDetail[];
    readonly innerError: {
      readonly date: string;
      readonly 'request-id': string;
      readonly 'client-request-id': string;
    };
  };
}

interface WireError {
  readonly status: number;
  /** The code by flavour. */
  readonly intune: string;
  readonly directory: string;
  /** Graph's gateway refuses it before Intune sees it, so its message is plain in both flavours. */
  readonly atGateway?: true;
  /** Graph's own words, where they are known and say enough. The fault's otherwise. */
  readonly message?: string;
}

const invalidToken = {
  status: 401,
  intune: 'InvalidAuthenticationToken',
  directory: 'InvalidAuthenticationToken',
  atGateway: true,
} as const;

const wireErrors = {
  invalidInput: { status: 400, intune: 'BadRequest', directory: 'Request_BadRequest' },
  malformedBody: { status: 400, intune: 'BadRequest', directory: 'Request_BadRequest' },
  unsupportedMediaType: {
    status: 415,
    intune: 'UnsupportedMediaType',
    directory: 'Request_UnsupportedMediaType',
    atGateway: true,
  },
  payloadTooLarge: {
    status: 413,
    intune: 'RequestEntityTooLarge',
    directory: 'RequestEntityTooLarge',
    atGateway: true,
  },
  tokenMissing: { ...invalidToken, message: 'Access token is empty.' },
  tokenMalformed: { ...invalidToken, message: 'CompactToken parsing failed with error code: 80049217' },
  tokenInvalid: invalidToken,
  tokenExpired: { ...invalidToken, message: 'Lifetime validation failed, the token is expired.' },
  tokenWrongAudience: { ...invalidToken, message: 'Access token validation failure. Invalid audience.' },
  forbidden: { status: 403, intune: 'Forbidden', directory: 'Authorization_RequestDenied' },
  featureNotInPlan: { status: 403, intune: 'Forbidden', directory: 'Authorization_RequestDenied' },
  notFound: { status: 404, intune: 'ResourceNotFound', directory: 'Request_ResourceNotFound' },
  routeNotFound: { status: 400, intune: 'BadRequest', directory: 'BadRequest', atGateway: true },
  methodNotAllowed: { status: 405, intune: 'BadRequest', directory: 'Request_BadRequest', atGateway: true },
  alreadyExists: { status: 409, intune: 'Conflict', directory: 'Conflict' },
  inUse: { status: 409, intune: 'Conflict', directory: 'Conflict' },
  outdated: { status: 409, intune: 'Conflict', directory: 'Request_Conflict' },
  preconditionFailed: { status: 412, intune: 'PreconditionFailed', directory: 'PreconditionFailed' },
  tooManyRequests: { status: 429, intune: 'TooManyRequests', directory: 'TooManyRequests', atGateway: true },
  unavailable: { status: 503, intune: 'ServiceUnavailable', directory: 'ServiceUnavailable' },
} as const satisfies Record<FaultCode, WireError>;

export interface GraphErrorAnswer {
  readonly status: number;
  readonly body: GraphErrorBody;
}

/** The answer to a fault. Its sentence stands plainly in `error.details[0].message`, also where `error.message` nests it. */
export function graphError(fault: Fault, context: ErrorContext): GraphErrorAnswer {
  const wire: WireError = wireErrors[fault.code];
  const [first] = fault.violations;
  const isModelFailure = first !== undefined && graphCodeOf(first) === 'ModelValidationFailure';
  const code = isModelFailure ? 'ModelValidationFailure' : wire[context.flavour];
  const message = messageOf(fault, wire);
  const details = fault.violations.map((violation) => ({
    code:
      graphCodeOf(violation) === 'ModelValidationFailure' ? 'ModelValidationFailure' : wire[context.flavour],
    message: sentenceOf(violation),
    ...(violation.path !== '' && { target: violation.path }),
  }));
  const shown = isDirectoryRefusal(fault, context)
    ? 'Insufficient privileges to complete the operation.'
    : message;
  const error = {
    code,
    message: context.flavour === 'intune' && !wire.atGateway ? nestedMessage(shown, context) : shown,
    details: details.length > 0 ? details : [{ code, message }],
  };
  return { status: wire.status, body: { error: { ...error, innerError: innerError(context) } } };
}

/** The answer to a bug: nothing of it is told. */
export function graphInternalError(context: ErrorContext): GraphErrorAnswer {
  return plainError(500, 'InternalServerError', 'An error has occurred.', context);
}

/** The answer to a request of a batch that was not run, because one that it depends on failed. */
export function graphFailedDependency(context: ErrorContext): GraphErrorAnswer {
  return plainError(424, 'FailedDependency', 'A request that this one depends on failed.', context);
}

function plainError(status: number, code: string, message: string, context: ErrorContext): GraphErrorAnswer {
  const shown = context.flavour === 'intune' ? nestedMessage(message, context) : message;
  const error = { code, message: shown, details: [{ code, message }], innerError: innerError(context) };
  return { status, body: { error } };
}

/** The fault of an id the directory does not have, in Entra's words. `path` is where the body names it; without it, the URL does. */
export function directoryObjectNotFound(id: string, path?: string): Fault {
  const message = `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`;
  return new Fault('notFound', message, { violations: path === undefined ? [] : [{ path, message }] });
}

function messageOf(fault: Fault, wire: WireError): string {
  if (fault.code === 'forbidden' && fault.accepted.length > 0) {
    const refusal = 'Application is not authorized to perform this operation.';
    return `${refusal} Application must have one of the following scopes: ${fault.accepted.join(', ')}`;
  }
  const [first, ...more] = fault.violations;
  return wire.message ?? (first ? summaryOf([first, ...more]) : fault.message);
}

function isDirectoryRefusal(fault: Fault, { flavour }: ErrorContext): boolean {
  return fault.code === 'forbidden' && flavour === 'directory';
}

/** Tools parse this document out of `error.message` and show its `Message`. */
function nestedMessage(text: string, { clientRequestId, url }: ErrorContext): string {
  const operation = 'Operation ID (for customer support): 00000000-0000-0000-0000-000000000000';
  const document = {
    _version: 3,
    Message: `${text} - ${operation} - Activity ID: ${clientRequestId} - Url: ${url}`,
    CustomApiErrorPhrase: '',
    RetryAfter: null,
    ErrorSourceService: '',
    HttpHeaders: '{}',
  };
  return JSON.stringify(document, null, 2).replaceAll('\n', '\r\n');
}

function innerError({ date, requestId, clientRequestId }: ErrorContext) {
  return {
    date: date.toISOString().slice(0, 19),
    'request-id': requestId,
    'client-request-id': clientRequestId,
  };
}
