import type { Transaction } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { Json } from '../../kernel/json.ts';
import type { ChangeServices, Scope } from '../../tenancy/index.ts';
import type { DocumentDifference, DocumentPolicy } from '../engine/index.ts';

/** A request of one of the server's APIs that is to be tried. */
export interface ProposedChange {
  /** In upper case. */
  readonly method: string;
  /** From the root, with its query. `{changes[0].id}`, here or in a text of the body, is the id of what the first change creates. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
}

/** Answers a request as a part of the transaction of `services`, as the API would. */
export type AnswerChange = (
  services: ChangeServices & { readonly database: Transaction },
  scope: Scope,
  change: ProposedChange,
) => Promise<{ readonly status: number; readonly body: Json | undefined }>;

/** Something of a policy that devices cannot take, and why. */
export interface NotTaken {
  readonly policy: Pick<DocumentPolicy, 'id' | 'name' | 'version'>;
  /** The setting's key, or its place in the policy's document; null for the whole policy. */
  readonly key: string | null;
  /** For people. */
  readonly reason: string;
}

/** What becomes different for a number of devices, the same for each of them. Secrets are masked. */
export interface PlannedDifference extends Omit<DocumentDifference, 'notApplicable'> {
  readonly cannotTake: readonly NotTaken[];
}

/** How many devices, or settings on devices. */
export interface PlanCounts {
  readonly devices: number;
  readonly settingsAdded: number;
  readonly settingsChanged: number;
  readonly settingsRemoved: number;
  /** Settings that keep their value and get it from another policy. */
  readonly settingsHandedOver: number;
  readonly newLosers: number;
  readonly newConflicts: number;
  readonly conflictsGone: number;
  readonly devicesThatCannotTakeAll: number;
}

/** Changes that were tried and undone, and what would come of them. */
export interface Plan {
  readonly id: Id;
  /** What was tried, and what would be answered. */
  readonly changes: readonly {
    readonly method: string;
    readonly url: string;
    readonly status: number;
    /** Of what would be created. */
    readonly id: Id | null;
  }[];
  readonly counts: PlanCounts;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** Null while it is only a plan. */
  readonly appliedAt: Date | null;
}
