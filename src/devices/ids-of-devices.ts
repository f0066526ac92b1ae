import { sql } from '../database/index.ts';
import type { Id } from '../kernel/id.ts';
import type { ReadContext } from '../tenancy/index.ts';
import type { IdQuery } from './list-devices.ts';

/** These devices, those of these users, and those that are in these groups, by themselves or by their user. */
export interface NamedDevices {
  readonly devices: readonly Id[];
  readonly users: readonly Id[];
  readonly groups: readonly Id[];
}

/** The query for the ids of devices in any state. */
export function idsOfDevices({ scope }: ReadContext, which: 'all' | 'withUser' | NamedDevices): IdQuery {
  const organizationId = scope.organization.id;
  if (which === 'all')
    return sql<Id>`select id from devices_device where organization_id = ${organizationId}`;
  if (which === 'withUser') {
    return sql<Id>`select id from devices_device where organization_id = ${organizationId} and user_id is not null`;
  }
  const { devices, users, groups } = which;
  const parts = [
    sql<Id>`select id from devices_device where organization_id = ${organizationId} and id = any(${devices}::uuid[])`,
  ];
  if (users.length > 0) {
    parts.push(sql<Id>`select id from devices_device
      where organization_id = ${organizationId} and user_id = any(${users}::uuid[])`);
  }
  if (groups.length > 0) {
    parts.push(sql<Id>`select device.id from devices_device device
      join directory_group_user member
        on member.organization_id = device.organization_id and member.user_id = device.user_id
      where member.organization_id = ${organizationId} and member.group_id = any(${groups}::uuid[])`);
    parts.push(sql<Id>`select device_id as id from devices_group_device
      where organization_id = ${organizationId} and group_id = any(${groups}::uuid[])`);
  }
  return sql<Id>`${sql.join(parts, sql` union `)}`;
}
