import { tables, type JsonColumn, type Reader } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { ListPart, ReadContext, WriteContext } from '../../tenancy/index.ts';

/** Something that a device did, or that happened to it. What administrators do is in the audit log. */
export interface DeviceEvent {
  readonly id: Id;
  readonly at: Date;
  /** For people, a sentence. */
  readonly title: string;
  readonly details: JsonObject;
}

interface EventTable {
  organization_id: Id;
  id: Id;
  device_id: Id;
  at: Date;
  title: string;
  details: JsonColumn<JsonObject>;
}

/** Keeps events of a device, in the transaction in which they happen. */
export async function recordEvents(
  { db, scope, now, newId }: WriteContext,
  deviceId: Id,
  events: readonly Pick<DeviceEvent, 'title' | 'details'>[],
): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ title, details }) => ({
    organization_id: scope.organization.id,
    id: newId(),
    device_id: deviceId,
    at: now,
    title,
    details: JSON.stringify(details),
  }));
  await eventTables(db).insertInto('devices_event').values(rows).execute();
}

/** The events of a device, newest first. `after` is the oldest of those that are known. */
export async function listEvents(
  { db, scope }: ReadContext,
  deviceId: Id,
  { after, limit }: ListPart,
): Promise<DeviceEvent[]> {
  let query = eventTables(db)
    .selectFrom('devices_event')
    .select(['id', 'at', 'title', 'details'])
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .orderBy('id', 'desc')
    .limit(limit);
  if (after) query = query.where('id', '<', after);
  return query.execute();
}

function eventTables(reader: Reader) {
  return tables<{ devices_event: EventTable }>(reader);
}
