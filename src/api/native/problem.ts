import { STATUS_CODES } from 'node:http';
import { faultStatuses } from '../../http/index.ts';
import type { Fault, FaultCode, Violation } from '../../kernel/fault.ts';

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
  return problem(faultStatuses[code], code, message, violations);
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
