import { sql } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import type { Device } from '../index.ts';
import { channelFields, type DeviceField } from './fields.ts';
import {
  comparable,
  fieldsOfCondition,
  fieldsOfValue,
  sqlOfCondition,
  sqlOfValue,
  type Condition,
  type Value,
  type ValueType,
} from './expression.ts';

export interface SortKey {
  readonly type: ValueType;
  readonly value: Value;
  readonly descending: boolean;
}

interface DeviceSearch<Name extends string> {
  readonly show: Readonly<Record<Name, Value>>;
  readonly where: Condition;
  /** Devices that are alike in all of these are in the order of their ids. Null comes first. */
  readonly orderBy: readonly SortKey[];
  /** This device alone, if `where` holds for it. */
  readonly id?: Id;
  /** Where the list goes on; only without `orderBy`. */
  readonly after: Id | undefined;
  readonly skip: number;
  readonly limit: number;
}

export interface FoundDevice<Name extends string> extends Pick<
  Device,
  'id' | 'platform' | 'state' | 'stateHistory' | 'revision'
> {
  readonly values: Readonly<Record<Name, unknown>>;
}

type Row = Omit<FoundDevice<string>, 'values'> & Readonly<Record<string, unknown>>;

/** The organization's devices of every platform that are neither deleted nor mere enrolments, as many as are asked for, in one statement. */
export async function searchDevices<Name extends string>(
  context: ReadContext,
  { show, where, orderBy, id: only, after, skip, limit }: DeviceSearch<Name>,
): Promise<FoundDevice<Name>[]> {
  const shown = Object.entries<Value>(show);
  const columns = shown.map(([, value], index) => sql`${sqlOfValue(value)} as ${sql.id(`shown_${index}`)}`);
  const order = orderBy.map(({ type, value, descending }) =>
    descending
      ? sql`${comparable(type, value)} desc nulls last`
      : sql`${comparable(type, value)} asc nulls first`,
  );
  const needed = [...fieldsOfCondition(where), ...orderBy.flatMap(({ value }) => fieldsOfValue(value))];
  const sorted = sql`order by ${sql.join([...order, sql`device.id`])}`;
  const { rows } = await sql<Row>`
    with page as (
      select device.* from devices_device device ${joins(needed)}
      where ${isManaged(context)} and ${after === undefined ? sql.lit(true) : sql`device.id > ${after}`}
        and ${only === undefined ? sql.lit(true) : sql`device.id = ${only}`}
        and (${sqlOfCondition(where)})
      ${sorted}
      limit ${limit} offset ${skip}
    )
    select device.id, device.platform, device.state, device.state_history as "stateHistory", device.revision,
      ${sql.join(columns)}
    from page device ${joins(shown.flatMap(([, value]) => fieldsOfValue(value)))}
    ${sorted}`.execute(context.db.connection);
  return rows.map(({ id, platform, state, stateHistory, revision, ...row }) => ({
    id,
    platform,
    state,
    stateHistory,
    revision,
    values: Object.fromEntries(shown.map(([name], index) => [name, row[`shown_${index}`]])) as Record<
      Name,
      unknown
    >,
  }));
}

/** How many devices `searchDevices` would find in all. */
export async function countDevices(context: ReadContext, where: Condition): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from devices_device device ${joins(fieldsOfCondition(where))}
    where ${isManaged(context)} and (${sqlOfCondition(where)})`.execute(context.db.connection);
  return rows[0]!.count;
}

function isManaged({ scope }: ReadContext) {
  return sql`device.organization_id = ${scope.organization.id}
    and device.sub_type = 'device' and device.state <> 'DELETED'`;
}

/** What fields are read from. Each join gives one row at most, but the database can leave out those alone of which it sees that. */
function joins(needed: readonly DeviceField[]) {
  const ofOwner = sql`
    left join directory_user owner
      on owner.organization_id = device.organization_id and owner.id = device.user_id`;
  if (!needed.some((name) => channelFields.has(name))) return ofOwner;
  return sql`${ofOwner}
    left join lateral (
      (
        select kind, last_seen_at, bootstrap_token, certificate_fingerprint from devices_apple_channel channel
        where device.platform = 'apple' and channel.organization_id = device.organization_id
          and channel.device_id = device.id and channel.id = channel.device_channel
        order by channel.authenticated_at desc
        limit 1
      ) union all (
        select 'device', last_seen_at, null::bytea, certificate_fingerprint from devices_dm_account account
        where device.platform = 'windows' and account.organization_id = device.organization_id
          and account.device_id = device.id
      )
    ) channel on true
    left join devices_certificate certificate
      on certificate.organization_id = device.organization_id
      and certificate.fingerprint = channel.certificate_fingerprint`;
}
