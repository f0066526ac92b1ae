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

/** One fault for all that is wrong with a request. */
export function refusal(violations: readonly [Violation, ...Violation[]]): Fault {
  return new Fault('invalidInput', summaryOf(violations), { violations });
}

/** The first violation speaks for all, as clients show one message alone. */
export function summaryOf([first, ...more]: readonly [Violation, ...Violation[]]): string {
  if (more.length === 0) return sentenceOf(first);
  const problems = more.length === 1 ? 'problem is' : 'problems are';
  return `${sentenceOf(first)} (${more.length} more ${problems} listed in 'details'.)`;
}

/** A violation as a whole sentence. Those of the domain say what is wrong and leave it to the path to say with what. */
export function sentenceOf({ path, message }: Violation): string {
  return path !== '' && /^[a-z]/.test(message) ? `The property '${path}' ${message}.` : message;
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
