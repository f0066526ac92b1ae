import { sql, type Reader } from '../../database/index.ts';
import { candidates } from '../../devices/audiences/index.ts';
import { idsOfDevices } from '../../devices/index.ts';
import { addJob } from '../../jobs/index.ts';
import { Fault, notFound } from '../../kernel/fault.ts';
import type { Id } from '../../kernel/id.ts';
import type { Json } from '../../kernel/json.ts';
import {
  change,
  findOrganization,
  listOrganizations,
  operatorScope,
  type ChangeServices,
  type ListPart,
  type ReadContext,
  type WriteContext,
} from '../../tenancy/index.ts';
import { policiesTables } from '../tables.ts';
import {
  countDevices,
  lockDesiredState,
  recalculateDevices,
  resolveAgain,
  setsHolding,
} from './recalculate.ts';
import { recalculationOfRow, type Recalculation, type RecalculationScope } from './recalculation.ts';
import { countInScope, fewInScope, idsInScope, isEmpty, scopeOf, type DeviceScope } from './scope.ts';

interface Limits {
  readonly devices: number;
  readonly sets: number;
}

/** How much a change works out itself. What reaches more is left to a job, and the change does not wait for it. */
const atOnce: Limits = { devices: 200, sets: 100 };

/** How much the job looks at in one transaction, for which others wait. */
const inBatch: Limits = { devices: 2_000, sets: 50 };

const keptFor = 30 * 24 * 60 * 60 * 1_000;

export const recalculationJob = 'policies.recalculate';

/** What follows from a change for the desired state of devices: the last part of every change. */
export async function recalculateTouched(context: WriteContext, limits = atOnce): Promise<void> {
  const { touched } = context;
  const { woken: _, ...deciding } = touched;
  if (Object.values(deciding).every((ids: ReadonlySet<Id>) => ids.size === 0)) return;
  await lockDesiredState(context);
  const devices = await scopeOf(context, touched);
  if (touched.policies.size > 0) await resolveTouched(context, [...touched.policies], limits);
  if (!isEmpty(devices)) await recalculateScope(context, devices, limits);
}

async function resolveTouched(context: WriteContext, policies: readonly Id[], limits: Limits): Promise<void> {
  const sets = await setsHolding(context, policies, { limit: limits.sets + 1 });
  if (sets.length <= limits.sets) return resolveAgain(context, sets);
  await startRecalculation(context, { kind: 'sets', policies });
}

async function recalculateScope(context: WriteContext, devices: DeviceScope, limits: Limits): Promise<void> {
  const { users, policies, everything } = devices;
  if (!everything && users.length + policies.length === 0 && devices.devices.length <= limits.devices) {
    return recalculateDevices(context, devices.devices);
  }
  const few = await fewInScope(context, devices, limits.devices);
  if (few) return recalculateDevices(context, few);
  await startRecalculation(context, { kind: 'devices', devices });
}

async function startRecalculation(context: WriteContext, scope: RecalculationScope): Promise<void> {
  const { db, scope: of, now } = context;
  await policiesTables(db)
    .deleteFrom('policies_recalculation')
    .where('organization_id', '=', of.organization.id)
    .where('finished_at', '<', new Date(now.getTime() - keptFor))
    .execute();
  const id = context.newId();
  await policiesTables(context.db)
    .insertInto('policies_recalculation')
    .values({
      organization_id: context.scope.organization.id,
      id,
      scope: JSON.stringify(scope),
      total: null,
      done: 0,
      last_id: null,
      started_by: context.scope.principal.name,
      created_at: context.now,
      finished_at: null,
    })
    .execute();
  await addRecalculationJob(context, id);
}

async function addRecalculationJob({ db, scope }: WriteContext, id: Id): Promise<void> {
  const payload = { organization: scope.organization.slug, id };
  await addJob(db, recalculationJob, payload, { key: id });
}

/** The job: goes on where it was left, in one transaction a batch. */
export function recalculationTask(
  services: ChangeServices,
  limits = inBatch,
): (payload: Json) => Promise<void> {
  return async (payload) => {
    const { organization: slug, id } = payload as { organization: string; id: Id };
    const organization = await findOrganization(services.database, slug);
    if (!organization) return;
    const scope = operatorScope(organization, `${recalculationJob} ${id}`);
    while (!(await change(services, scope, (context) => recalculateNextBatch(context, id, limits)))) {
      // The next batch is another transaction.
    }
  };
}

/** Whether nothing is left to do. */
async function recalculateNextBatch(context: WriteContext, id: Id, limits: Limits): Promise<boolean> {
  // Counting can take longer than a batch, so it is done before others have to wait.
  const total = await countTotal(context, id);
  await lockDesiredState(context);
  const recalculation = await findRecalculation(context, id);
  if (!recalculation || recalculation.finishedAt) return true;
  const { lastId, done, isLast } = await recalculateBatch(context, recalculation, limits);
  await policiesTables(context.db)
    .updateTable('policies_recalculation')
    .set({
      total: recalculation.total ?? total,
      last_id: lastId,
      done: sql<number>`done + ${done}`,
      finished_at: isLast ? context.now : null,
    })
    .where('organization_id', '=', context.scope.organization.id)
    .where('id', '=', id)
    .execute();
  return isLast;
}

/** How many devices a recalculation is about, counted when it begins; null when it is not there. */
async function countTotal(context: ReadContext, id: Id): Promise<number | null> {
  const found = await findRecalculation(context, id);
  if (!found || found.total !== null) return found?.total ?? null;
  const { scope } = found;
  if (scope.kind === 'devices') return countInScope(context, scope.devices);
  return countDevices(context, await setsHolding(context, scope.policies, { limit: 2 ** 31 - 1 }));
}

interface Batch {
  readonly lastId: Id | null;
  /** Devices. */
  readonly done: number;
  readonly isLast: boolean;
}

async function recalculateBatch(
  context: WriteContext,
  { scope, lastId }: Recalculation,
  limits: Limits,
): Promise<Batch> {
  if (scope.kind === 'devices') {
    const end = await nthDeviceAfter(context, lastId, limits.devices);
    const ids = await idsBetween(context, scope.devices, lastId, end);
    await recalculateDevices(context, ids);
    return { lastId: end ?? lastId, done: ids.length, isLast: end === undefined };
  }
  const sets = await setsHolding(context, scope.policies, { after: lastId, limit: limits.sets });
  await resolveAgain(context, sets);
  const done = await countDevices(context, sets);
  return { lastId: sets.at(-1)?.id ?? lastId, done, isLast: sets.length < limits.sets };
}

/** The id of the device that is the nth behind another one; undefined when fewer are. */
async function nthDeviceAfter(context: ReadContext, after: Id | null, n: number): Promise<Id | undefined> {
  const { rows } = await sql<{ id: Id }>`select id from (${idsOfDevices(context, 'all')}) device (id)
    where ${isBetween(after)} order by id offset ${n - 1} limit 1`.execute(context.db.connection);
  return rows[0]?.id;
}

/** The ids of a part of the devices of a scope. However many others there are, it takes as long. */
async function idsBetween(
  context: ReadContext,
  scope: DeviceScope,
  after: Id | null,
  end: Id | undefined,
): Promise<Id[]> {
  const { definition, sources } = candidates(context, isBetween(after, end));
  const query = await idsInScope(context, scope, sources);
  const { rows } = await sql<{ id: Id }>`${definition}
    select id from (${query}) device (id) where ${isBetween(after, end)}`.execute(context.db.connection);
  return rows.map((row) => row.id);
}

function isBetween(after: Id | null, end?: Id) {
  return sql`${after === null ? sql`true` : sql`id > ${after}`} and ${end === undefined ? sql`true` : sql`id <= ${end}`}`;
}

/** Faults: `notFound`. */
export async function requireRecalculation(context: ReadContext, id: Id): Promise<Recalculation> {
  const found = await findRecalculation(context, id);
  if (!found) throw notFound('Recalculation', id);
  return found;
}

async function findRecalculation(context: ReadContext, id: Id): Promise<Recalculation | undefined> {
  const row = await selectRecalculations(context).where('id', '=', id).executeTakeFirst();
  return row && recalculationOfRow(row);
}

/** Recalculations, the oldest first. */
export async function listRecalculations(
  context: ReadContext,
  { after, limit }: ListPart,
): Promise<Recalculation[]> {
  let query = selectRecalculations(context).orderBy('id').limit(limit);
  if (after !== undefined) query = query.where('id', '>', after);
  return (await query.execute()).map(recalculationOfRow);
}

/** Faults: `outdated` while something is still to be worked out. */
export async function refuseWhileRecalculating(context: ReadContext): Promise<void> {
  const row = await selectRecalculations(context).where('finished_at', 'is', null).executeTakeFirst();
  if (!row) return;
  throw new Fault(
    'outdated',
    `A change is just being worked out for ${row.total ?? 'many'} devices, ${row.done} of them so far. Try again when the recalculation '${row.id}' is finished.`,
  );
}

/** The condition that something is still to be worked out that may give the device another desired state. */
export function mayStillChange(organizationId: Id, deviceId: Id) {
  return sql<boolean>`exists (
    select from policies_recalculation
    where organization_id = ${organizationId} and finished_at is null
      and (scope ->> 'kind' <> 'devices' or last_id is null or last_id < ${deviceId}))`;
}

function selectRecalculations({ db, scope }: ReadContext) {
  return policiesTables(db)
    .selectFrom('policies_recalculation')
    .selectAll()
    .where('organization_id', '=', scope.organization.id);
}

/**
 * Called when the server starts: what was not finished is taken up, even if the process that did it is gone, and what devices of an
 * organization shall have is worked out if it never was.
 */
export async function resumeRecalculations(services: ChangeServices): Promise<void> {
  for (const organization of await listOrganizations(services.database)) {
    const scope = operatorScope(organization, 'start');
    await change(services, scope, async (context) => {
      const open = await selectRecalculations(context).where('finished_at', 'is', null).execute();
      for (const { id } of open) await addRecalculationJob(context, id);
      if (open.length > 0 || !(await isNeverCalculated(context.db, organization.id))) return;
      await lockDesiredState(context);
      const devices = { devices: [], users: [], policies: [], everything: true };
      await recalculateScope(context, devices, atOnce);
    });
  }
}

async function isNeverCalculated(db: Reader, organizationId: Id): Promise<boolean> {
  const { rows } = await sql<{ never: boolean }>`select
    exists (select from devices_device where organization_id = ${organizationId} and state <> 'DELETED')
    and not exists (select from policies_device_set where organization_id = ${organizationId}) as never`.execute(
    db.connection,
  );
  return rows[0]!.never;
}
