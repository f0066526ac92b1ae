import { preparing, sql } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext, WriteContext } from '../../tenancy/index.ts';
import { policiesTables } from '../tables.ts';
import { nothingDelivered, retriedAt, type Delivery } from './delivery.ts';

/** What was delivered by a channel. Its row is there already, or the caller holds a lock of the channel. */
export async function lockDelivery(
  { db, scope }: WriteContext,
  deviceId: Id,
  channel: string,
): Promise<Delivery> {
  const row = await policiesTables(db)
    .selectFrom('policies_delivery')
    .select(['settled_key', 'items', 'not_now'])
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('channel', '=', channel)
    .forUpdate()
    .executeTakeFirst();
  return row ? deliveryOfRow(row) : nothingDelivered;
}

export async function saveDelivery(
  { db, scope, now }: WriteContext,
  deviceId: Id,
  channel: string,
  delivery: Delivery,
): Promise<void> {
  const content = {
    settled_key: delivery.settledKey,
    due_at: retriedAt(delivery) ?? null,
    items: JSON.stringify(delivery.items),
    not_now: JSON.stringify(delivery.notNow),
    updated_at: now,
  };
  await policiesTables(db)
    .insertInto('policies_delivery')
    .values({ organization_id: scope.organization.id, device_id: deviceId, channel, ...content })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'device_id', 'channel']).doUpdateSet(content),
    )
    .execute();
}

/** Forgets what a device had, or what it had by one of its channels. */
export async function forgetDeliveries(
  { db, scope }: WriteContext,
  deviceId: Id,
  channel?: string,
): Promise<void> {
  await policiesTables(db)
    .deleteFrom('policies_delivery')
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .$if(channel !== undefined, (query) => query.where('channel', '=', channel!))
    .execute();
}

/** What was delivered by a channel, and by which. */
interface ChannelDelivery extends Delivery {
  readonly channel: string;
}

/** What was delivered to devices, by all of their channels, in one statement. */
export async function deliveriesOf(
  { db, scope }: ReadContext,
  deviceIds: readonly Id[],
): Promise<Map<Id, ChannelDelivery[]>> {
  if (deviceIds.length === 0) return new Map();
  const rows = await policiesTables(preparing(db))
    .selectFrom('policies_delivery')
    .select(['device_id', 'channel', 'settled_key', 'items', 'not_now'])
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', sql<Id>`any(${deviceIds}::uuid[])`)
    .execute();
  const grouped = Map.groupBy(rows, ({ device_id }) => device_id);
  return new Map(
    [...grouped].map(([id, ofDevice]) => [
      id,
      ofDevice.map((row) => ({ ...deliveryOfRow(row), channel: row.channel })),
    ]),
  );
}

/** Stands for the document of a device that shall have nothing. */
export const noDocument = 'none';

function deliveryOfRow(row: {
  settled_key: string | null;
  items: Delivery['items'];
  not_now: Delivery['notNow'];
}): Delivery {
  return { settledKey: row.settled_key, items: row.items, notNow: row.not_now };
}
