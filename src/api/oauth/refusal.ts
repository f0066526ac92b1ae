/**
 * What Entra ID's token service says to each request that it does not grant: its number, OAuth2's word for it and the HTTP status.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const refusals = {
  tenantUnknown: { number: 90002, error: 'invalid_request', status: 400 },
  tenantNotNamed: { number: 50059, error: 'invalid_request', status: 400 },
  applicationUnknown: { number: 700016, error: 'unauthorized_client', status: 400 },
  secretWrong: { number: 7000215, error: 'invalid_client', status: 401 },
  secretMissing: { number: 7000216, error: 'invalid_client', status: 401 },
  parameterMissing: { number: 900144, error: 'invalid_request', status: 400 },
  malformed: { number: 9002313, error: 'invalid_request', status: 400 },
  bodyTooLarge: { number: 9002313, error: 'invalid_request', status: 413 },
  grantUnsupported: { number: 70003, error: 'unsupported_grant_type', status: 400 },
  scopeInvalid: { number: 70011, error: 'invalid_scope', status: 400 },
  scopeNotDefault: { number: 1002012, error: 'invalid_scope', status: 400 },
  resourceUnknown: { number: 500011, error: 'invalid_resource', status: 400 },
  responseTypeUnsupported: { number: 700054, error: 'unsupported_response_type', status: 400 },
  instanceUnknown: { number: 50049, error: 'invalid_instance', status: 400 },
  methodNotAllowed: { number: 900561, error: 'invalid_request', status: 405 },
  unavailable: { number: 90033, error: 'temporarily_unavailable', status: 503 },
  unexpected: { number: 50000, error: 'server_error', status: 500 },
} as const;

/** A request that is not granted, and the sentence that tells a person why and what would be right. */
export interface Refusal {
  readonly refused: keyof typeof refusals;
  readonly sentence: string;
}

export function refuse(refused: Refusal['refused'], sentence: string): Refusal {
  return { refused, sentence };
}

export function isRefusal(value: object): value is Refusal {
  return 'refused' in value;
}

/** What ties an answer to its request: the server's id of it, and the one that the client gave, if it gave one. */
export interface RequestIds {
  readonly traceId: string;
  readonly correlationId: string;
}

/** The body of Entra's error answers, without `error_uri`: that page is about Entra's own tenants. */
export function refusalAnswer(
  { refused, sentence }: Refusal,
  { traceId, correlationId }: RequestIds,
  now: Date,
) {
  const { number, error, status } = refusals[refused];
  const timestamp = now.toISOString().replace(/T(.*)\.\d+Z$/, ' $1Z');
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${number}: ${printable(sentence)} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [number],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
    },
  };
}

/** What the caller sent, as a sentence repeats it: not all of it when it is long. */
export function quoted(text: string): string {
  return `'${text.length > 100 ? `${text.slice(0, 100)}...` : text}'`;
}

/** The characters that RFC 6749, section 5.2, allows in a description. */
function printable(text: string): string {
  return text.replaceAll(/[^ !#-[\]-~]/g, '?');
}
