import { sql } from '../../database/index.ts';
import { requestWake } from '../../devices/apple-channels/index.ts';
import { loadDeviceFacts, type DeviceFacts } from '../../devices/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext, WriteContext } from '../../tenancy/index.ts';
import { systemOf } from '../system.ts';
import { policiesTables } from '../tables.ts';
import { onceForAlike } from './alike.ts';
import { keepDocuments, removeUnused, resolveSets } from './documents.ts';
import { policySetOf, type PolicySet } from './policy-set.ts';
import { policiesReachingAll } from './reach.ts';

/**
 * Makes whoever works out what devices shall have, in one organization, wait for each other until their transactions end. Taken behind
 * one's own changes and before anything is read: so of two changes, each of which decides for itself which devices it reaches, the
 * later one sees what the earlier one did.
 */
export async function lockDesiredState({ db, scope }: WriteContext): Promise<void> {
  const name = `desired state ${scope.organization.id}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(db.connection);
}

/** Which set each of these devices shall have now. */
export async function wantedSets(
  context: ReadContext,
  devices: readonly DeviceFacts[],
): Promise<Map<Id, PolicySet>> {
  const reaching = await policiesReachingAll(context, devices);
  const sets = onceForAlike(
    devices,
    (device, index) => [systemOf(device), reaching[index]],
    (device, index) => {
      const { assigned, exclusions } = reaching[index]!;
      return policySetOf(systemOf(device), assigned, exclusions);
    },
  );
  return new Map(devices.map(({ id }, index) => [id, sets[index]!]));
}

/** Gives these devices the sets that they shall have now; one that was deleted shall have none. As many statements however many they are, but for sets that are new. */
export async function recalculateDevices(context: WriteContext, ids: readonly Id[]): Promise<void> {
  if (ids.length === 0) return;
  const devices = await loadDeviceFacts(context.db, context.scope.organization.id, ids);
  const wanted = await wantedSets(context, devices);
  const setIds = await keepSets(context, [...wanted.values()]);
  const gone = ids.filter((id) => !wanted.has(id));
  const left = await leaveSets(context, gone);
  const moved = await giveSets(
    context,
    [...wanted].map(([device, { key }]) => [device, setIds.get(key)!]),
  );
  if (left || moved) await removeUnused(context);
  if (moved) wakeThoseOf(context, [...wanted.values()]);
}

/** Devices of other platforms call by themselves. */
function wakeThoseOf(context: WriteContext, sets: readonly Pick<PolicySet, 'system'>[]): void {
  if (sets.some(({ system }) => system === 'macOS' || system === 'iOS')) requestWake(context);
}

/** Documents can be large, and so many of them are in memory at the same time. */
const newSetsAtOnce = 50;

/** The ids of the stored sets by their keys; those that are not stored yet are resolved and stored. */
async function keepSets(context: WriteContext, sets: readonly PolicySet[]): Promise<Map<string, Id>> {
  const byKey = new Map([...new Set(sets)].map((set) => [set.key, set]));
  const rows = await policiesTables(context.db)
    .selectFrom('policies_set')
    .select(['id', 'key'])
    .where('organization_id', '=', context.scope.organization.id)
    .where('key', '=', sql<string>`any(${[...byKey.keys()]}::text[])`)
    .execute();
  const ids = new Map(rows.map(({ key, id }) => [key, id]));
  const missing = [...byKey.values()].filter(({ key }) => !ids.has(key));
  for (let start = 0; start < missing.length; start += newSetsAtOnce) {
    const created = await createSets(context, missing.slice(start, start + newSetsAtOnce));
    for (const [key, id] of created) ids.set(key, id);
  }
  return ids;
}

async function createSets(
  context: WriteContext,
  sets: readonly PolicySet[],
): Promise<[key: string, id: Id][]> {
  const { db, scope, newId } = context;
  const organizationId = scope.organization.id;
  const resolved = await resolveSets(context, sets);
  await keepDocuments(context, resolved);
  const rows = sets.map(({ key, system, members }, index) => ({
    organization_id: organizationId,
    id: newId(),
    key,
    system,
    members: JSON.stringify(members),
    document_key: resolved[index]?.key ?? null,
  }));
  await policiesTables(db).insertInto('policies_set').values(rows).execute();
  const members = rows.flatMap(({ id }, index) =>
    sets[index]!.members.map(({ policyId }) => [policyId, id] as const),
  );
  await sql`insert into policies_set_member (organization_id, policy_id, set_id)
    select ${organizationId}::uuid, * from unnest(
      ${members.map(([policyId]) => policyId)}::uuid[], ${members.map(([, id]) => id)}::uuid[])`.execute(
    db.connection,
  );
  return rows.map(({ key, id }) => [key, id]);
}

/** Whether a device had a set. */
async function leaveSets({ db, scope }: WriteContext, devices: readonly Id[]): Promise<boolean> {
  if (devices.length === 0) return false;
  const { numDeletedRows } = await policiesTables(db)
    .deleteFrom('policies_device_set')
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', sql<Id>`any(${devices}::uuid[])`)
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}

/** Whether a device has another set than before. */
async function giveSets(
  { db, scope }: WriteContext,
  given: readonly (readonly [device: Id, set: Id])[],
): Promise<boolean> {
  if (given.length === 0) return false;
  const { numAffectedRows } = await sql`
    insert into policies_device_set as stored (organization_id, device_id, set_id)
    select ${scope.organization.id}::uuid, * from unnest(
      ${given.map(([device]) => device)}::uuid[], ${given.map(([, set]) => set)}::uuid[])
    on conflict (organization_id, device_id) do update set set_id = excluded.set_id
    where stored.set_id <> excluded.set_id`.execute(db.connection);
  return (numAffectedRows ?? 0n) > 0n;
}

/** A stored set that holds a policy. */
interface HeldSet extends Pick<PolicySet, 'system' | 'members'> {
  readonly id: Id;
}

/** The sets that hold one of these policies, in the order of their ids. */
export async function setsHolding(
  { db, scope }: ReadContext,
  policies: readonly Id[],
  { after, limit }: { readonly after?: Id | null; readonly limit: number },
): Promise<HeldSet[]> {
  let query = policiesTables(db)
    .selectFrom('policies_set as set')
    .select(['set.id', 'set.system', 'set.members'])
    .where('set.organization_id', '=', scope.organization.id)
    .where(
      'set.id',
      'in',
      sql<Id>`(select member.set_id from policies_set_member member
        where member.organization_id = ${scope.organization.id} and member.policy_id = any(${policies}::uuid[]))`,
    )
    .orderBy('set.id')
    .limit(limit);
  if (after) query = query.where('set.id', '>', after);
  return query.execute();
}

/** How many devices have one of these sets. */
export async function countDevices({ db, scope }: ReadContext, sets: readonly HeldSet[]): Promise<number> {
  const { count } = await policiesTables(db)
    .selectFrom('policies_device_set')
    .select(sql<number>`count(*)`.as('count'))
    .where('organization_id', '=', scope.organization.id)
    .where('set_id', '=', sql<Id>`any(${sets.map(({ id }) => id)}::uuid[])`)
    .executeTakeFirstOrThrow();
  return count;
}

/** Resolves sets again with the policies as they are now. It touches no device, however many have them. */
export async function resolveAgain(context: WriteContext, sets: readonly HeldSet[]): Promise<void> {
  const { db, scope } = context;
  if (sets.length === 0) return;
  const resolved = await resolveSets(context, sets);
  await keepDocuments(context, resolved);
  await sql`update policies_set stored set document_key = again.document_key
    from unnest(${sets.map(({ id }) => id)}::uuid[], ${resolved.map((item) => item?.key ?? null)}::text[])
      as again (id, document_key)
    where stored.organization_id = ${scope.organization.id} and stored.id = again.id
      and stored.document_key is distinct from again.document_key`.execute(db.connection);
  await removeUnused(context);
  wakeThoseOf(context, sets);
}
