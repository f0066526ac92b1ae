import { sql } from '../database/index.ts';
import type { Id } from '../kernel/id.ts';
import type { WriteContext } from '../tenancy/index.ts';
import { devicesTables } from './tables.ts';

/** Notes parts of the inventory that a device shall tell again (`refreshInfoNeeded`). */
export async function needInfo(
  { db, scope }: WriteContext,
  deviceId: Id,
  info: readonly string[],
): Promise<void> {
  await devicesTables(db)
    .updateTable('devices_device')
    .set({
      refresh_info_needed: sql<string[]>`array(
        select distinct part from unnest(refresh_info_needed || ${info}::text[]) part order by part)`,
    })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', deviceId)
    .execute();
}

/** A device has told these parts. */
export async function noteInfoTold(
  { db, scope }: WriteContext,
  deviceId: Id,
  info: readonly string[],
): Promise<void> {
  await devicesTables(db)
    .updateTable('devices_device')
    .set({
      refresh_info_needed: sql<string[]>`array(
        select part from unnest(refresh_info_needed) with ordinality as needed (part, place)
        where part <> all(${info}::text[]) order by place)`,
    })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', deviceId)
    .execute();
}
