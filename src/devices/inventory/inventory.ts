import { anyOf, brokenForeignKey, ofEach, sql, type OwnedId, type Reader } from '../../database/index.ts';
import { notFound } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import { inventoryTables } from './tables.ts';

/** What devices are asked for together. The content is in the words of the platform's own protocol. */
export type InventoryPart =
  | 'device'
  | 'security'
  | 'profiles'
  | 'applications'
  | 'certificates'
  | 'declarations';

/** What a device last told; parts that it never told are absent. */
type Inventory = Readonly<
  Partial<Record<InventoryPart, { readonly content: JsonObject; readonly reportedAt: Date }>>
>;

/** Keeps what a device told now, in place of what it told before. Faults: `notFound` (the device). */
export async function saveInventory(
  { db, scope, now }: WriteContext,
  deviceId: Id,
  part: InventoryPart,
  content: JsonObject,
): Promise<void> {
  const told = { content: JSON.stringify(content), reported_at: now };
  try {
    await inventoryTables(db)
      .insertInto('devices_inventory')
      .values({ organization_id: scope.organization.id, device_id: deviceId, part, ...told })
      .onConflict((conflict) => conflict.columns(['organization_id', 'device_id', 'part']).doUpdateSet(told))
      .execute();
  } catch (error) {
    if (brokenForeignKey(error) !== 'devices_inventory_device') throw error;
    throw notFound('Device', hexOfId(deviceId));
  }
}

/** What these devices last told, in the order of the keys, in one statement. Without `parts` all of it, which can be large. */
export async function inventoryOf(
  reader: Reader,
  keys: readonly OwnedId[],
  parts?: readonly InventoryPart[],
): Promise<Inventory[]> {
  if (keys.length === 0) return [];
  const rows = await inventoryTables(reader)
    .selectFrom('devices_inventory')
    .select(['organization_id', 'device_id', 'part', 'content', 'reported_at'])
    .where('organization_id', '=', anyOf(keys.map(({ organizationId }) => organizationId)))
    .where('device_id', '=', anyOf(keys.map(({ id }) => id)))
    .$if(parts !== undefined, (query) => query.where('part', '=', sql<string>`any(${parts}::text[])`))
    .execute();
  return ofEach(keys, rows, (row) => row.device_id).map((told) =>
    Object.fromEntries(
      told.map(({ part, content, reported_at }) => [part, { content, reportedAt: reported_at }]),
    ),
  );
}
