import type { Id } from '../kernel/id.ts';
import type { AssignmentSource } from './engine/index.ts';

/** A policy of a set, and from where the devices of the set have it. */
export interface SetMember {
  readonly policyId: Id;
  readonly source: AssignmentSource;
}

/** Whose sets have to be worked out again: devices by themselves, of users, and those that have, or shall have, a policy. */
export interface RecalculationScope {
  readonly devices: readonly Id[];
  readonly users: readonly Id[];
  readonly policies: readonly Id[];
  /** Every device of the organization. */
  readonly everything?: true;
}
