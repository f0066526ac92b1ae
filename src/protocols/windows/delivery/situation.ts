import type { Catalogue } from '../../../policies/csp/index.ts';
import type { SessionView } from '../session/work.ts';
import type { Items } from './item.ts';

/** What decides what a PC is told next besides what it shall have. */
export interface Situation {
  readonly now: Date;
  /** The version, edition and enrolment of the PC: what it refused under others is tried again. */
  readonly circumstances: string;
  readonly catalogue: Catalogue;
}

/** As it is in a message. */
export interface Moment extends Situation {
  readonly view: SessionView;
}

/** What happened, for the PC's timeline. */
export interface ItemEvent {
  readonly title: string;
  readonly details: { readonly items: readonly string[]; readonly error?: string };
}

/** A node that failed, in the vendor's words. */
export interface FailedNode {
  readonly isError: true;
  readonly status: number;
  readonly reason: string;
  readonly attempts: readonly { readonly at: string; readonly status: number }[];
}

/** What a PC says of a node: its value, or how it failed. */
type ReportedValue = string | FailedNode;

export interface Changed {
  readonly items: Items;
  readonly events: readonly ItemEvent[];
  /** What the PC says of its nodes, by path. */
  readonly reported: Readonly<Record<string, ReportedValue>>;
}
