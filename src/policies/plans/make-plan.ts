import { enclose, type Transaction } from '../../database/index.ts';
import { Fault } from '../../kernel/fault.ts';
import { Secret } from '../../kernel/secret.ts';
import type { Id } from '../../kernel/id.ts';
import {
  audit,
  change,
  listAuditEvents,
  nothingTouched,
  type ChangeServices,
  type Scope,
  type WriteContext,
} from '../../tenancy/index.ts';
import { lockDesiredState } from '../desired-state/recalculate.ts';
import { recalculateTouched, refuseWhileRecalculating } from '../desired-state/recalculations.ts';
import { policiesTables } from '../tables.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
import type { AnswerChange, Plan, ProposedChange } from './plan.ts';
import { keepPlan, planNotFound, planOfRow, selectPlans } from './plans.ts';
import { tryChanges, type TriedChanges } from './try-changes.ts';

/** What making plans takes from the process. */
export interface PlanServices extends ChangeServices {
  readonly answerChange: AnswerChange;
}

const validFor = 24 * 60 * 60 * 1_000;

/**
 * Tries changes in a transaction, works out what they come to, and undoes them all. Nothing is written but the plan, which can be applied
 * for a day. Faults: `invalidInput` (a change that would be refused), `forbidden` (one that the caller may not make), `outdated` while an
 * earlier change is being worked out.
 */
export async function makePlan(
  services: PlanServices,
  scope: Scope,
  proposed: readonly ProposedChange[],
): Promise<Plan> {
  const tried = await enclose(services.database, async (transaction) => ({
    keep: false,
    result: await tryOut(services, scope, transaction, proposed, []),
  }));
  return change(services, scope, async (context) => {
    const { now, newId, secrets } = context;
    const id = newId();
    const plan: Plan = {
      id,
      changes: tried.changes,
      counts: tried.outcome.counts,
      createdBy: scope.principal.name,
      createdAt: now,
      expiresAt: new Date(now.getTime() + validFor),
      appliedAt: null,
    };
    const sealed = secrets.seal(new Secret(JSON.stringify(proposed)), purposeOf(id));
    await keepPlan(
      context,
      { ...plan, sealed_changes: sealed, new_ids: tried.idsToGiveAgain },
      tried.outcome,
    );
    return plan;
  });
}

/**
 * Makes the changes of a plan, if they still come to exactly what it says. Faults: `notFound`, `outdated` (they come to something else, or
 * one would be refused, or the plan has expired or been applied), `forbidden` (one that the caller may not make).
 */
export async function applyPlan(services: PlanServices, scope: Scope, id: Id): Promise<Plan> {
  return enclose(services.database, async (transaction) => {
    const context = contextOf(services, scope, transaction);
    const row = await selectPlans(context).where('id', '=', id).forUpdate().executeTakeFirst();
    if (!row) throw planNotFound(id);
    if (row.applied_at) throw new Fault('outdated', 'The plan has been applied already.');
    if (row.expires_at < context.now) throw new Fault('outdated', 'The plan has expired. Make it again.');
    const text = context.secrets.open(row.sealed_changes, purposeOf(id)).reveal();
    const proposed = JSON.parse(text) as readonly ProposedChange[];
    const tried = await tryAgain(services, scope, transaction, proposed, row.new_ids);
    if (tried.outcome.fingerprint !== row.fingerprint) {
      throw new Fault(
        'outdated',
        'Something has changed since the plan was made, and its changes would not come to the same any more. Make the plan again.',
      );
    }
    await policiesTables(transaction)
      .updateTable('policies_plan')
      .set({ applied_at: context.now })
      .where('organization_id', '=', scope.organization.id)
      .where('id', '=', id)
      .execute();
    await audit(context, {
      action: 'plan.apply',
      target: { type: 'plan', id },
      before: null,
      after: { changes: tried.changes },
    });
    await recalculateTouched({ ...context, touched: tried.touched });
    return { keep: true, result: planOfRow({ ...row, applied_at: context.now }) };
  });
}

/** As `tryOut`; a change that is refused now although it was not when the plan was made means that the plan is outdated. */
async function tryAgain(...args: Parameters<typeof tryOut>): ReturnType<typeof tryOut> {
  try {
    return await tryOut(...args);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'invalidInput') throw error;
    throw new Fault('outdated', `The plan cannot be applied any more. ${error.message}`, {
      violations: error.violations,
      cause: error,
    });
  }
}

interface Tried extends TriedChanges {
  readonly outcome: Outcome;
  /** Null stands for an event of the audit log, which is in the order of the ids and tells when something was done. */
  readonly idsToGiveAgain: (Id | null)[];
}

async function tryOut(
  services: PlanServices,
  scope: Scope,
  transaction: Transaction,
  proposed: readonly ProposedChange[],
  recordedIds: readonly (Id | null)[],
): Promise<Tried> {
  const { answerChange } = services;
  const enclosed = { ...services, database: transaction };
  const tried = await tryChanges(enclosed, scope, answerChange, proposed, recordedIds);
  const context = contextOf(services, scope, transaction);
  await lockDesiredState(context);
  await refuseWhileRecalculating(context);
  const events = await listAuditEvents(context, { requestId: scope.requestId, limit: 10_000 });
  const idsOfEvents = new Set(events.map(({ id }) => id));
  return {
    ...tried,
    outcome: await outcomeOf(context, tried.touched, events),
    idsToGiveAgain: tried.newIds.map((id) => (idsOfEvents.has(id) ? null : id)),
  };
}

function contextOf({ clock, newId, secrets }: ChangeServices, scope: Scope, db: Transaction): WriteContext {
  return { db, scope, now: clock(), newId, secrets, touched: nothingTouched() };
}

function purposeOf(id: Id): string {
  return `policies_plan.sealed_changes ${id}`;
}
