import { Fault, type Violation } from '../../kernel/fault.ts';

/** The `code` of the error envelope where it is not the one of the fault. */
export type ViolationCode = 'BadRequest' | 'ModelValidationFailure';

/** A violation that knows its Graph error code. Its message is a whole sentence that names the place by itself. */
export interface GraphViolation extends Violation {
  readonly graphCode: ViolationCode;
}

export function violation(
  path: string,
  message: string,
  graphCode: ViolationCode = 'BadRequest',
): GraphViolation {
  return { path, message, graphCode };
}

/** One fault for all that is wrong with a request. The first sentence speaks for it, as clients show only the message. */
export function refusal(violations: readonly [Violation, ...Violation[]]): Fault {
  const more = violations.length - 1;
  const count =
    more === 0 ? '' : ` (${more} more ${more === 1 ? 'problem is' : 'problems are'} listed in 'details'.)`;
  return new Fault('invalidInput', violations[0].message + count, { violations });
}

/** Refuses one place of a request. */
export function refuse(path: string, message: string): Fault {
  return refusal([violation(path, message)]);
}

export function graphCodeOf(violation: Violation): ViolationCode {
  return 'graphCode' in violation ? (violation as GraphViolation).graphCode : 'BadRequest';
}

/** Client text as an error may repeat it: quoted, one line, at most 64 characters. */
export function quoted(text: string): string {
  const printable = text.replaceAll(/\p{C}/gu, '\u{FFFD}');
  return `'${printable.length > 64 ? `${printable.slice(0, 63)}…` : printable}'`;
}
