import { sql } from '../../src/database/index.ts';
import type { Tenant, TestServer } from './server.ts';

/** What was ordered, as it is stored. */
export interface StoredOrder {
  readonly id: string;
  readonly deviceId: string;
  readonly type: string;
  readonly state: string;
  readonly error: string | null;
}

/** What was ordered in an organization, also of devices that are gone; oldest first. */
export async function storedOrders(
  { database }: Pick<TestServer, 'database'>,
  { organization }: Pick<Tenant, 'organization'>,
): Promise<StoredOrder[]> {
  const { rows } = await sql<StoredOrder>`
    select id, device_id as "deviceId", type, state, error from devices_command
    where organization_id = ${organization.id} order by id`.execute(database.connection);
  return rows;
}

/** Of which orders the timelines tell results, each as often as they do. */
export async function resultsOfOrders(
  { database }: Pick<TestServer, 'database'>,
  { organization }: Pick<Tenant, 'organization'>,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select details ->> 'commandId' as id from devices_event
    where organization_id = ${organization.id} and details ? 'commandId'`.execute(database.connection);
  return rows.map(({ id }) => id);
}
