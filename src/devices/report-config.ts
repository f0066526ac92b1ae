import { sql } from '../database/index.ts';
import type { Id } from '../kernel/id.ts';
import type { Json } from '../kernel/json.ts';
import type { WriteContext } from '../tenancy/index.ts';
import { devicesTables } from './tables.ts';

/** What a device says of its settings, by their paths. */
interface ReportedSettings {
  /** What it has; of one that failed `{isError: true, status, reason, attempts}`. */
  readonly set: Readonly<Record<string, Json>>;
  /** Paths of which nothing is known any more. */
  readonly gone: readonly string[];
}

/**
 * Keeps what a device says of its settings, each since now; of others it stays what it was. No administrator changed anything: there is no
 * audit event, and the revision stays.
 */
export async function reportConfig(
  { db, scope, now }: WriteContext,
  deviceId: Id,
  { set, gone }: ReportedSettings,
): Promise<void> {
  const paths = Object.keys(set);
  if (paths.length === 0 && gone.length === 0) return;
  const dates = Object.fromEntries(paths.map((path) => [path, now.toISOString()]));
  await devicesTables(db)
    .updateTable('devices_device')
    .set({
      config: sql`(config - ${gone}::text[]) || ${JSON.stringify(set)}::jsonb`,
      config_dates: sql`(config_dates - ${gone}::text[]) || ${JSON.stringify(dates)}::jsonb`,
      last_status_report_at: now,
    })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', deviceId)
    .execute();
}

/** What a device said of its settings before it was set up anew says nothing of it any more. */
export async function forgetConfig({ db, scope }: WriteContext, deviceId: Id): Promise<void> {
  await devicesTables(db)
    .updateTable('devices_device')
    .set({ config: sql`'{}'`, config_dates: sql`'{}'` })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', deviceId)
    .execute();
}
