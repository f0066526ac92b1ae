/** One place in the input that is wrong, and what would be right. `path` is written as `assignments[0].priority`. */
export interface Violation {
  readonly path: string;
  readonly message: string;
}

/** Everything that can go wrong in a way the caller should be told about. Each dialect maps every code to its own wire error. */
export type FaultCode =
  /** The input is understood but not acceptable; `violations` say where. */
  | 'invalidInput'
  /** The body is not what its content type says: broken JSON, duplicate keys, a NUL character. */
  | 'malformedBody'
  | 'unsupportedMediaType'
  | 'payloadTooLarge'
  | 'tokenMissing'
  | 'tokenMalformed'
  | 'tokenInvalid'
  | 'tokenExpired'
  | 'tokenWrongAudience'
  /** The caller is known but lacks a permission; `accepted` lists the names that would do, in the dialect's spelling. */
  | 'forbidden'
  /** The organization's plan does not include the feature. */
  | 'featureNotInPlan'
  | 'notFound'
  /** No route has this path. */
  | 'routeNotFound'
  | 'methodNotAllowed'
  /** Something with the same unique property is there already. */
  | 'alreadyExists'
  /** It cannot be removed while others refer to it. */
  | 'inUse'
  /** What was decided on has changed since, or is just being changed. */
  | 'outdated'
  /** `If-Match` names another version than the stored one. */
  | 'preconditionFailed'
  | 'tooManyRequests'
  /** The database does not answer. */
  | 'unavailable';

interface FaultDetails {
  readonly violations?: readonly Violation[];
  readonly accepted?: readonly string[];
  readonly cause?: unknown;
}

/** The only error that is answered to a caller with its own words. Anything else that is thrown is a bug and answered without details. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly violations: readonly Violation[];
  readonly accepted: readonly string[];

  constructor(code: FaultCode, message: string, details: FaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'Fault';
    this.code = code;
    this.violations = details.violations ?? [];
    this.accepted = details.accepted ?? [];
  }
}

export function invalidInput(violations: readonly Violation[]): Fault {
  const first = violations[0];
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
  return new Fault('invalidInput', first ? `${first.path}: ${first.message}${more}` : 'Invalid input', {
    violations,
  });
}

export function notFound(what: string, id: string): Fault {
  return new Fault('notFound', `${what} '${id}' does not exist.`);
}
