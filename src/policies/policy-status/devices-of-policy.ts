import { anyOf, sql } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import type { Delivery } from '../delivery/index.ts';
import type { Policy } from '../policy.ts';
import { shareOf, type PolicyShare } from './policy-share.ts';
import { statusReader, type StatusDevice, type StatusOnDevice } from './status-on-device.ts';
import { statusTables } from './tables.ts';

/** A policy as far as its statuses follow from it. */
export type StatusPolicy = Pick<Policy<object>, 'id' | 'version'>;

/** A device that has the policy. */
export interface DeviceOfPolicy {
  readonly id: Id;
  readonly userId: Id | null;
  readonly lastStatusReportAt: Date | null;
  readonly share: PolicyShare;
  /** The same object for devices of a batch that are alike. */
  readonly onDevice: StatusOnDevice;
}

/** Which of a policy's devices are wanted; all of them when nothing is said. */
interface WantedDevices {
  /** Those whose ids come behind this one. */
  readonly after?: Id | undefined;
  /** As many of them are left out. */
  readonly skip?: number;
  readonly limit?: number;
  readonly ids?: readonly Id[];
  readonly userIds?: readonly Id[];
}

/** Windows devices report up to thousands of nodes each, a quarter of a megabyte once they are read. */
const batchSize = 256;
const mostShares = 200;

/**
 * The devices that have a policy, in the order of their ids and in batches: a statement each, and another one when a batch has policy sets
 * that were not met before, whose documents are then read once for all of their devices.
 */
export async function* devicesOfPolicy(
  context: ReadContext,
  policy: StatusPolicy,
  { after, limit = Infinity, skip = 0, ...wanted }: WantedDevices = {},
): AsyncGenerator<readonly DeviceOfPolicy[], void> {
  const shares = new Map<Id, PolicyShare>();
  let left = limit;
  let part = { ...wanted, after, skip };
  while (left > 0) {
    const size = Math.min(left, batchSize);
    const rows = await selectDevices(context, policy.id, { ...part, limit: size }).execute();
    if (shares.size > mostShares) shares.clear();
    await addShares(context, policy, new Set(rows.map(({ set_id }) => set_id)), shares);
    const statusOf = statusReader();
    yield rows.map((row) => {
      const share = shares.get(row.set_id)!;
      const { id, user_id: userId, last_status_report_at: lastStatusReportAt } = row;
      return { id, userId, lastStatusReportAt, share, onDevice: statusOf(share, deviceOfRow(row)) };
    });
    if (rows.length < size) return;
    left -= rows.length;
    part = { ...wanted, after: rows.at(-1)!.id, skip: 0 };
  }
}

/** How many devices have the policy. */
export async function countDevicesOfPolicy(context: ReadContext, { id }: StatusPolicy): Promise<number> {
  const { total } = await setsOfPolicy(context, id)
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return total;
}

/** The devices of the sets that hold a policy. Devices that were removed are in no set. */
export function setsOfPolicy({ db, scope }: ReadContext, policyId: Id) {
  return statusTables(db)
    .selectFrom('policies_set_member as member')
    .innerJoin('policies_device_set as held', (join) =>
      join
        .onRef('held.organization_id', '=', 'member.organization_id')
        .onRef('held.set_id', '=', 'member.set_id'),
    )
    .where('member.organization_id', '=', scope.organization.id)
    .where('member.policy_id', '=', policyId);
}

/** Which devices they are is found before anything of them is read. What they report is read of Windows devices alone: no others do. */
function selectDevices(
  context: ReadContext,
  policyId: Id,
  { after, limit, skip, ids, userIds }: WantedDevices & { readonly limit: number },
) {
  const tables = statusTables(context.db);
  const organizationId = context.scope.organization.id;
  let found = setsOfPolicy(context, policyId)
    .select(['held.device_id as id', 'held.set_id'])
    .orderBy('held.device_id')
    .limit(limit)
    .offset(skip ?? 0);
  if (after !== undefined) found = found.where('held.device_id', '>', after);
  if (ids) found = found.where('held.device_id', '=', anyOf(ids));
  if (userIds) {
    const ofUsers = tables
      .selectFrom('devices_device as owned')
      .select('owned.id')
      .where('owned.organization_id', '=', organizationId)
      .where('owned.user_id', '=', anyOf(userIds));
    found = found.where('held.device_id', 'in', ofUsers);
  }
  return tables
    .selectFrom(found.as('found'))
    .innerJoin('devices_device as device', 'device.id', 'found.id')
    .select([
      'device.id',
      'found.set_id',
      'device.platform',
      'device.user_id',
      'device.last_status_report_at',
      sql<string | null>`device.summary ->> 'osVersion'`.as('os_version'),
      sql<boolean | null>`device.summary -> 'supervised'`.as('supervised'),
      sql<JsonObject>`case when device.platform = 'windows' then device.config else '{}' end`.as('config'),
      sql<Delivery[] | null>`(
        select jsonb_agg(jsonb_build_object('settledKey', null, 'items', delivery.items, 'notNow', delivery.not_now))
        from policies_delivery delivery
        where delivery.organization_id = ${organizationId} and delivery.device_id = device.id
      )`.as('deliveries'),
    ])
    .where('device.organization_id', '=', organizationId)
    .orderBy('device.id');
}

type DeviceRow = Awaited<ReturnType<ReturnType<typeof selectDevices>['execute']>>[number];

function deviceOfRow({
  platform,
  config,
  deliveries,
  last_status_report_at,
  ...row
}: DeviceRow): StatusDevice {
  return {
    platform,
    config,
    deliveries: deliveries ?? [],
    osVersion: row.os_version ?? undefined,
    supervised: row.supervised ?? undefined,
    lastStatusReportAt: last_status_report_at,
    // These two are for the reasons, which are not told here.
    configDates: {},
    enrolledAt: null,
  };
}

async function addShares(
  { db, scope }: ReadContext,
  policy: StatusPolicy,
  setIds: ReadonlySet<Id>,
  shares: Map<Id, PolicyShare>,
): Promise<void> {
  const unknown = [...setIds].filter((id) => !shares.has(id));
  if (unknown.length === 0) return;
  const rows = await statusTables(db)
    .selectFrom('policies_set as set')
    .leftJoin('policies_document as document', (join) =>
      join
        .onRef('document.organization_id', '=', 'set.organization_id')
        .onRef('document.key', '=', 'set.document_key'),
    )
    .select(['set.id', 'document.document'])
    .where('set.organization_id', '=', scope.organization.id)
    .where('set.id', '=', anyOf(unknown))
    .execute();
  // A set may be gone since the devices were read: they have another one by now.
  for (const id of unknown) shares.set(id, 'outOfDate');
  // A system that no policy can be delivered to has no document.
  for (const { id, document } of rows) shares.set(id, document ? shareOf(document, policy) : 'otherSystem');
}
