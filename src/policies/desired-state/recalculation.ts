import type { Id } from '../../kernel/id.ts';
import type { RecalculationRow } from '../tables.ts';
import type { DeviceScope } from './scope.ts';

/** What is to be worked out again: which sets devices have, or what the sets that hold some policies come to. */
export type RecalculationScope =
  | { readonly kind: 'devices'; readonly devices: DeviceScope }
  | { readonly kind: 'sets'; readonly policies: readonly Id[] };

/** A change that reaches many devices is worked out in the background; this tells how far that has come. */
export interface Recalculation {
  readonly id: Id;
  readonly scope: RecalculationScope;
  /** Devices that were to be looked at when the job began, null before that, and how many have been. */
  readonly total: number | null;
  readonly done: number;
  /** Up to which device or set everything is done. */
  readonly lastId: Id | null;
  /** The name of whoever made the change. */
  readonly startedBy: string;
  readonly createdAt: Date;
  /** Null while it goes on. */
  readonly finishedAt: Date | null;
}

export function recalculationOfRow(row: RecalculationRow): Recalculation {
  return {
    id: row.id,
    scope: row.scope,
    total: row.total,
    done: row.done,
    lastId: row.last_id,
    startedBy: row.started_by,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
