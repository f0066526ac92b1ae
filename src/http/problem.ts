import { STATUS_CODES } from 'node:http';
import { Type } from 'typebox';
import type { Fault, FaultCode, Violation } from '../kernel/fault.ts';
import { jsonAnswer, type Answer } from './answer.ts';
import { faultStatuses } from './fault-statuses.ts';

/**
 * Problem details (RFC 9457). `type` is `about:blank`, so `title` is the status in words; programs look at `code`.
 */
interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: FaultCode | 'unexpected';
  readonly violations: readonly Violation[];
}

function problemOf({ code, message, violations }: Fault): Problem {
  return problem(faultStatuses[code], code, message, violations);
}

const unexpectedProblem = problem(
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

/** Answers a fault, or without one a bug, with problem details. */
export function problemAnswer(fault: Fault | undefined): Answer {
  const told = fault ? problemOf(fault) : unexpectedProblem;
  return jsonAnswer(told.status, told, {
    'content-type': 'application/problem+json; charset=utf-8',
    ...(told.status === 401 && { 'www-authenticate': 'Bearer' }),
  });
}

const ProblemShape = Type.Object(
  {
    type: Type.Literal('about:blank'),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What was wrong, where, and what would be right' }),
    code: Type.String({ description: 'What kind of problem it is, for programs' }),
    violations: Type.Array(Type.Object({ path: Type.String(), message: Type.String() })),
  },
  { description: 'Problem details (RFC 9457)' },
);

/** A problem as OpenAPI has it among the answers of an operation. */
export function describedProblem(description: string): object {
  return { description, content: { 'application/problem+json': { schema: ProblemShape } } };
}
