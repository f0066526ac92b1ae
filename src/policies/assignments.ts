import { brokenForeignKey, sql } from '../database/index.ts';
import type { Reader } from '../database/index.ts';
import { Fault, invalidInput, type Violation } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import { requireFeature, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import {
  largestPriority,
  priorityOf,
  strongestFirst,
  textOfSource,
  type Assigned,
  type AssignmentSource,
} from './engine/index.ts';
import type { NamedId, Policy, PolicyFamily } from './policy.ts';
import { policiesByIds } from './policies.ts';
import { policyOfRow } from './policy-row.ts';
import { policiesTables, type PolicyRow } from './tables.ts';

/** A policy that a device has by itself: in its primary slot, or given directly with a priority. */
export type AssignedPolicy<Document extends object> = Assigned<Policy<Document>, OwnSource>;

type OwnSource = Extract<AssignmentSource, { readonly kind: 'primary' | 'direct' }>;

/** A device of some organization. */
export interface OwnedDevice {
  readonly organizationId: Id;
  readonly id: Id;
}

/** The policies of each of these devices, the strongest first, in one statement. */
export async function loadAssignedPolicies<Document extends object>(
  reader: Reader,
  family: PolicyFamily<Document>,
  devices: readonly OwnedDevice[],
): Promise<AssignedPolicy<Document>[][]> {
  if (devices.length === 0) return [];
  const organizations = [...new Set(devices.map(({ organizationId }) => organizationId))];
  const ids = [...new Set(devices.map(({ id }) => id))];
  const rows = await policiesTables(reader)
    .selectFrom('policies_assignment as assignment')
    .innerJoin('policies_policy as policy', (join) =>
      join
        .onRef('policy.organization_id', '=', 'assignment.organization_id')
        .onRef('policy.id', '=', 'assignment.policy_id'),
    )
    .selectAll('policy')
    .select([
      'assignment.device_id',
      'assignment.kind as assignment_kind',
      'assignment.priority',
      'assignment.assigned_at',
    ])
    .where('assignment.organization_id', '=', sql<Id>`any(${organizations}::uuid[])`)
    .where('assignment.device_id', '=', sql<Id>`any(${ids}::uuid[])`)
    .where('policy.kind', 'in', [...family.kinds])
    .execute();
  const byDevice = Map.groupBy(rows, (row) => `${row.organization_id} ${row.device_id}`);
  return devices.map(({ organizationId, id }) =>
    strongestFirst((byDevice.get(`${organizationId} ${id}`) ?? []).map((row) => assignedOfRow(family, row))),
  );
}

function assignedOfRow<Document extends object>(
  family: PolicyFamily<Document>,
  row: PolicyRow & { assignment_kind: 'primary' | 'direct'; priority: number | null; assigned_at: Date },
): AssignedPolicy<Document> {
  const source: OwnSource =
    row.assignment_kind === 'primary' ? { kind: 'primary' } : { kind: 'direct', priority: row.priority! };
  return { policy: policyOfRow(family, row), assignment: { source, assignedAt: row.assigned_at } };
}

/** The policy in the primary slot. */
export function primaryPolicyOf<Document extends object>(
  assigned: readonly AssignedPolicy<Document>[],
): Policy<Document> | undefined {
  return assigned.find(({ assignment }) => assignment.source.kind === 'primary')?.policy;
}

/** The policies that are given directly, with their priorities. */
export function directPoliciesOf<Document extends object>(
  assigned: readonly AssignedPolicy<Document>[],
): { policy: Policy<Document>; priority: number }[] {
  return assigned.flatMap(({ policy, assignment: { source } }) =>
    source.kind === 'direct' ? [{ policy, priority: source.priority }] : [],
  );
}

/** A policy that is given with a priority. */
interface DirectAssignment {
  readonly policy: NamedId;
  readonly priority: number;
}

/** What an administrator says of a device's policies. Members that are absent stay as they are; a list replaces the whole list. */
export interface AssignmentChange {
  readonly primary?: NamedId | null | undefined;
  readonly direct?: readonly DirectAssignment[] | undefined;
}

/**
 * Refuses what cannot be given. Several policies on a device need the plan feature `policyComposition`. Faults: `featureNotInPlan`,
 * `invalidInput` (a policy that the organization does not have, one that is listed twice, a priority out of range).
 */
export async function requireAssignable(
  context: ReadContext,
  family: PolicyFamily<object>,
  { primary, direct = [] }: AssignmentChange,
): Promise<void> {
  if (direct.length > 0) requireFeature(context.scope, 'policyComposition');
  refuseWrongList(family, direct);
  await requirePolicies(context, family, [], namedIn(primary, direct));
}

/**
 * Gives a locked device other policies. Returns those that it has now; the same array when nothing changes. Several policies on a device
 * need the plan feature `policyComposition`. Faults: `featureNotInPlan`, `invalidInput` (a policy that the organization does not have, one
 * that is listed twice, a priority out of range).
 */
export async function setDeviceAssignments<Document extends object>(
  context: WriteContext,
  family: PolicyFamily<Document>,
  deviceId: Id,
  stored: readonly AssignedPolicy<Document>[],
  { primary, direct }: AssignmentChange,
): Promise<readonly AssignedPolicy<Document>[]> {
  if (direct && direct.length > 0) requireFeature(context.scope, 'policyComposition');
  refuseWrongList(family, direct ?? []);
  const policies = await requirePolicies(context, family, stored, namedIn(primary, direct ?? []));
  const storedOf = (kind: OwnSource['kind']) =>
    stored.filter(({ assignment }) => assignment.source.kind === kind);
  const assigned = (id: Id, source: OwnSource): AssignedPolicy<Document> => {
    const before = storedOf(source.kind).find(({ policy }) => policy.id === id);
    const assignedAt = before?.assignment.assignedAt ?? context.now;
    return { policy: policies.get(id)!, assignment: { source, assignedAt } };
  };
  const wanted = strongestFirst([
    ...(primary === undefined ? storedOf('primary') : []),
    ...(primary ? [assigned(primary.id, { kind: 'primary' })] : []),
    ...(direct === undefined
      ? storedOf('direct')
      : direct.map(({ policy: { id }, priority }) => assigned(id, { kind: 'direct', priority }))),
  ]);
  if (isSameSet(stored, wanted)) return stored;
  await writeAssignments(context, deviceId, stored, wanted);
  context.touched.devices.add(deviceId);
  return wanted;
}

/** Takes every policy from a device. */
export async function clearDeviceAssignments({ db, scope }: WriteContext, deviceId: Id): Promise<void> {
  await policiesTables(db)
    .deleteFrom('policies_assignment')
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .execute();
}

/** The devices that have a policy: how many, and the ids of the first few. */
export async function devicesAssigned(
  { db, scope }: ReadContext,
  policyId: Id,
  atMost: number,
): Promise<{ count: number; first: Id[] }> {
  const devices = policiesTables(db)
    .selectFrom('policies_assignment')
    .where('organization_id', '=', scope.organization.id)
    .where('policy_id', '=', policyId);
  const { count } = await devices
    .select(({ fn }) => fn.count<number>('device_id').distinct().as('count'))
    .executeTakeFirstOrThrow();
  const rows = await devices.select('device_id').distinct().orderBy('device_id').limit(atMost).execute();
  return { count, first: rows.map((row) => row.device_id) };
}

function namedIn(primary: NamedId | null | undefined, direct: readonly DirectAssignment[]): NamedId[] {
  return [...(primary ? [primary] : []), ...direct.map(({ policy }) => policy)];
}

function refuseWrongList({ spell }: PolicyFamily<object>, direct: readonly DirectAssignment[]): void {
  const violations: Violation[] = [];
  const firstPath = new Map<Id, string>();
  for (const { policy, priority } of direct) {
    const { id, path } = policy;
    const earlier = firstPath.get(id);
    if (earlier === undefined) firstPath.set(id, path);
    else violations.push({ path, message: `'${spell(id)}' is assigned by ${earlier} already` });
    if (!Number.isInteger(priority) || priority < 0 || priority > largestPriority) {
      violations.push({ path, message: `needs a priority that is an integer from 0 to ${largestPriority}` });
    }
  }
  if (violations.length > 0) throw invalidInput(violations);
}

async function requirePolicies<Document extends object>(
  context: ReadContext,
  family: PolicyFamily<Document>,
  stored: readonly AssignedPolicy<Document>[],
  named: readonly NamedId[],
): Promise<Map<Id, Policy<Document>>> {
  const known = new Map(stored.map(({ policy }) => [policy.id, policy]));
  const missing = named.filter(({ id }) => !known.has(id));
  const loaded = await policiesByIds(
    context,
    family,
    missing.map(({ id }) => id),
  );
  const violations = missing
    .filter(({ id }) => !loaded.has(id))
    .map(({ id, path }) => ({
      path,
      message: `'${family.spell(id)}' is not a ${family.noun} of this organization`,
    }));
  if (violations.length > 0) throw invalidInput(violations);
  return new Map([...known, ...loaded]);
}

function isSameSet(
  stored: readonly AssignedPolicy<object>[],
  wanted: readonly AssignedPolicy<object>[],
): boolean {
  const keyOf = (item: AssignedPolicy<object>) => `${item.policy.id} ${textOfSource(item.assignment.source)}`;
  const keys = new Set(stored.map(keyOf));
  return stored.length === wanted.length && wanted.every((item) => keys.has(keyOf(item)));
}

/** What stays keeps its row, and with it the moment since which the device has it. */
async function writeAssignments(
  { db, scope }: WriteContext,
  deviceId: Id,
  stored: readonly AssignedPolicy<object>[],
  wanted: readonly AssignedPolicy<object>[],
): Promise<void> {
  const keyOf = ({ policy, assignment }: AssignedPolicy<object>) => `${assignment.source.kind} ${policy.id}`;
  const kept = new Set(wanted.map(keyOf));
  const removed = stored.map(keyOf).filter((key) => !kept.has(key));
  if (removed.length > 0) {
    await policiesTables(db)
      .deleteFrom('policies_assignment')
      .where('organization_id', '=', scope.organization.id)
      .where('device_id', '=', deviceId)
      .where(sql<boolean>`kind || ' ' || policy_id = any(${removed}::text[])`)
      .execute();
  }
  if (wanted.length === 0) return;
  try {
    await policiesTables(db)
      .insertInto('policies_assignment')
      .values(
        wanted.map(({ policy, assignment: { source, assignedAt } }) => ({
          organization_id: scope.organization.id,
          device_id: deviceId,
          kind: source.kind,
          policy_id: policy.id,
          priority: priorityOf(source),
          assigned_at: assignedAt,
        })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['organization_id', 'device_id', 'kind', 'policy_id'])
          .doUpdateSet((set) => ({ priority: set.ref('excluded.priority') })),
      )
      .execute();
  } catch (error) {
    if (brokenForeignKey(error) !== 'policies_assignment_policy') throw error;
    throw new Fault('invalidInput', 'One of the policies was removed by somebody else just now.');
  }
}
