import { transact, type Database, type Transaction } from '../database/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { NewId } from '../kernel/id.ts';
import { allPermissions } from './permissions.ts';
import { nothingTouched, type Organization, type Principal, type Scope, type WriteContext } from './scope.ts';
import type { SecretBox } from './secret-box.ts';

/** What every change needs from the process. */
export interface ChangeServices {
  /** Within a transaction every change is a part of it, and whoever opened it keeps them or not. */
  readonly database: Database | Transaction;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly secrets: SecretBox;
  /** The last part of every change, in its transaction: works out again what follows from what it touched. */
  readonly beforeCommit: (context: WriteContext) => Promise<void>;
}

/** Runs a change in one transaction, at one moment, on behalf of the scope's principal. */
export function change<Result>(
  { database, clock, newId, secrets, beforeCommit }: ChangeServices,
  scope: Scope,
  work: (context: WriteContext) => Promise<Result>,
): Promise<Result> {
  return transact(database, async (db) => {
    const context = { db, scope, now: clock(), newId, secrets, touched: nothingTouched() };
    const result = await work(context);
    await beforeCommit(context);
    return result;
  });
}

/** Whoever runs commands on the server itself. */
const operator: Principal = {
  kind: 'operator',
  id: null,
  name: 'operator',
  permissions: new Set(allPermissions),
};

/** A device that talks to the server in its own protocol. What it may do its protocol decides. */
const device: Principal = { kind: 'device', id: null, name: 'device', permissions: new Set() };

export function deviceScope(organization: Organization, requestId: string): Scope {
  return { organization, principal: device, requestId };
}

export function operatorScope(organization: Organization, requestId: string): Scope {
  return { organization, principal: operator, requestId };
}
