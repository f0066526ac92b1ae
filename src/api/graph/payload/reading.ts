import type { Model } from '../model/model.ts';
import { violation, type GraphViolation, type ViolationCode } from '../violation.ts';

/** One body being read: its violations gather here while reading goes on. */
export interface Reading {
  readonly model: Model;
  readonly violations: GraphViolation[];
}

const mostViolations = 100;

/** Notes a violation. Returns undefined, the value of what cannot be read. Past a hundred, nobody reads on. */
export function report(reading: Reading, path: string, message: string, code?: ViolationCode): undefined {
  if (reading.violations.length < mostViolations) reading.violations.push(violation(path, message, code));
}
