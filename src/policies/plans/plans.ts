import { sql } from '../../database/index.ts';
import { devicesByIds, type Device } from '../../devices/index.ts';
import { notFound } from '../../kernel/fault.ts';
import type { Id } from '../../kernel/id.ts';
import type { ListPart, ReadContext, WriteContext } from '../../tenancy/index.ts';
import { policiesTables, type PlanRow } from '../tables.ts';
import type { Outcome } from './outcome.ts';
import type { Plan, PlannedDifference } from './plan.ts';

export function planOfRow(row: PlanRow): Plan {
  return {
    id: row.id,
    changes: row.changes,
    counts: row.counts,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    appliedAt: row.applied_at,
  };
}

export function selectPlans({ db, scope }: ReadContext) {
  return policiesTables(db)
    .selectFrom('policies_plan')
    .selectAll()
    .where('organization_id', '=', scope.organization.id);
}

/** Faults: `notFound`. */
export async function requirePlan(context: ReadContext, id: Id): Promise<Plan> {
  const row = await selectPlans(context).where('id', '=', id).executeTakeFirst();
  if (!row) throw planNotFound(id);
  return planOfRow(row);
}

export function planNotFound(id: Id) {
  return notFound('Plan', id);
}

/** Plans, the oldest first. */
export async function listPlans(context: ReadContext, { after, limit }: ListPart): Promise<Plan[]> {
  let query = selectPlans(context).orderBy('id').limit(limit);
  if (after !== undefined) query = query.where('id', '>', after);
  return (await query.execute()).map(planOfRow);
}

/** A device that a plan gives something else, and which of the plan's differences is its own. */
export interface PlannedDevice {
  readonly id: Id;
  readonly device: Device;
  readonly number: number;
  readonly difference: PlannedDifference;
}

/** Devices that a plan gives something else, in the order of their ids; only those that cannot take all of it, where that is asked for. */
export async function listPlannedDevices(
  context: ReadContext,
  planId: Id,
  { after, limit, cannotTake }: ListPart & { readonly cannotTake: boolean },
): Promise<PlannedDevice[]> {
  const { db, scope } = context;
  let query = policiesTables(db)
    .selectFrom('policies_plan_device as device')
    .select(['device.device_id', 'device.number'])
    .where('device.organization_id', '=', scope.organization.id)
    .where('device.plan_id', '=', planId)
    .orderBy('device.device_id')
    .limit(limit);
  if (after !== undefined) query = query.where('device.device_id', '>', after);
  if (cannotTake) {
    query = query.where((where) =>
      where.exists(
        where
          .selectFrom('policies_plan_difference as difference')
          .select('difference.number')
          .whereRef('difference.organization_id', '=', 'device.organization_id')
          .whereRef('difference.plan_id', '=', 'device.plan_id')
          .whereRef('difference.number', '=', 'device.number')
          .where('difference.cannot_take', '=', true),
      ),
    );
  }
  const rows = await query.execute();
  const devices = await devicesByIds(
    context,
    rows.map((row) => row.device_id),
  );
  const numbers = [...new Set(rows.map((row) => row.number))];
  const differences = new Map(
    (await differencesWithNumbers(context, planId, numbers)).map((item) => [item.number, item.difference]),
  );
  return rows.flatMap(({ device_id: id, number }) => {
    const device = devices.get(id);
    const difference = differences.get(number);
    return device && difference ? { id, device, number, difference } : [];
  });
}

/** What becomes different, once for all devices to which the same happens. */
export interface SharedDifference {
  readonly number: number;
  /** How many. */
  readonly devices: number;
  readonly difference: PlannedDifference;
}

/** The differences of a plan, in the order of their numbers. */
export async function listPlannedDifferences(
  { db, scope }: ReadContext,
  planId: Id,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<{ items: SharedDifference[]; total: number }> {
  const rows = await policiesTables(db)
    .selectFrom('policies_plan_difference')
    .select(['number', 'devices', 'difference', sql<number>`count(*) over ()`.as('total')])
    .where('organization_id', '=', scope.organization.id)
    .where('plan_id', '=', planId)
    .orderBy('number')
    .offset(offset)
    .limit(limit)
    .execute();
  return {
    items: rows.map(({ number, devices, difference }) => ({ number, devices, difference })),
    total: rows[0]?.total ?? 0,
  };
}

async function differencesWithNumbers(
  { db, scope }: ReadContext,
  planId: Id,
  numbers: readonly number[],
): Promise<SharedDifference[]> {
  return policiesTables(db)
    .selectFrom('policies_plan_difference')
    .select(['number', 'devices', 'difference'])
    .where('organization_id', '=', scope.organization.id)
    .where('plan_id', '=', planId)
    .where('number', '=', sql<number>`any(${numbers}::integer[])`)
    .execute();
}

/** A plan can have a row for each device. */
const mostPlans = 50;

/** Keeps a plan with its differences. Plans that have expired go, and the oldest when there are too many. */
export async function keepPlan(
  { db, scope, now }: WriteContext,
  plan: Plan & Pick<PlanRow, 'sealed_changes' | 'new_ids'>,
  { differences, fingerprint }: Outcome,
): Promise<void> {
  const organizationId = scope.organization.id;
  await policiesTables(db)
    .deleteFrom('policies_plan')
    .where('organization_id', '=', organizationId)
    .where((where) =>
      where.or([
        where('expires_at', '<', now),
        where(
          'id',
          'in',
          where
            .selectFrom('policies_plan as newer')
            .select('newer.id')
            .where('newer.organization_id', '=', organizationId)
            .orderBy('newer.id', 'desc')
            .offset(mostPlans - 1),
        ),
      ]),
    )
    .execute();
  await policiesTables(db)
    .insertInto('policies_plan')
    .values({
      organization_id: organizationId,
      id: plan.id,
      sealed_changes: plan.sealed_changes,
      changes: JSON.stringify(plan.changes),
      new_ids: plan.new_ids,
      fingerprint,
      counts: JSON.stringify(plan.counts),
      created_by: plan.createdBy,
      created_at: plan.createdAt,
      expires_at: plan.expiresAt,
      applied_at: null,
    })
    .execute();
  for (const [number, { difference, devices }] of differences.entries()) {
    await policiesTables(db)
      .insertInto('policies_plan_difference')
      .values({
        organization_id: organizationId,
        plan_id: plan.id,
        number,
        devices: devices.length,
        cannot_take: difference.cannotTake.length > 0,
        difference: JSON.stringify(difference),
      })
      .execute();
    // A device may have been removed for good meanwhile.
    await sql`insert into policies_plan_device (organization_id, plan_id, device_id, number)
      select device.organization_id, ${plan.id}::uuid, device.id, ${number}::integer from devices_device device
      where device.organization_id = ${organizationId} and device.id = any(${devices}::uuid[])`.execute(
      db.connection,
    );
  }
}
