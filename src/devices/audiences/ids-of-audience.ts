import { sql } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import type { IdQuery, Platform } from '../index.ts';
import { wholeOrganization } from './candidates.ts';
import { alternatives, attributeOfTerm, type AudienceSelectors } from './selectors.ts';

type Condition = ReturnType<typeof sql<boolean>>;

/**
 * The query for the ids of the organization's devices, of one platform or all, that belong to an audience: what `matchAudience` says of
 * each, in SQL.
 */
export function idsOfAudience(
  { scope }: ReadContext,
  selectors: AudienceSelectors,
  platform?: Platform,
  from = wholeOrganization,
): IdQuery {
  const organizationId = scope.organization.id;
  const conditions: Condition[] = alternatives(selectors.deviceGroups).map(
    (tags) => sql<boolean>`device.tags @> ${tags}::text[]`,
  );
  const users = alternatives(selectors.mdmUserGroups).map(
    (terms) => sql<boolean>`(${sql.join(terms.map(conditionOfTerm), sql` and `)})`,
  );
  if (users.length > 0) {
    conditions.push(
      sql<boolean>`exists (
        select from ${from.users} person where person.organization_id = ${organizationId}
          and person.id = device.user_id and (${sql.join(users, sql` or `)}))`,
    );
  }
  const deviceIds = [...selectors.winDeviceIds, ...selectors.admDeviceIds];
  if (deviceIds.length > 0) conditions.push(sql<boolean>`device.id = any(${deviceIds}::uuid[])`);
  if (selectors.mdmUserIds.length > 0) {
    conditions.push(sql<boolean>`device.user_id = any(${selectors.mdmUserIds}::uuid[])`);
  }
  if (selectors.serialNumbers.length > 0) {
    conditions.push(sql<boolean>`device.serial_number = any(${selectors.serialNumbers}::text[])`);
  }
  return sql<Id>`select device.id from ${from.devices} device
    where device.organization_id = ${organizationId} and device.state <> 'DELETED'
      and ${platform === undefined ? sql`true` : sql`device.platform = ${platform}`}
      and (${conditions.length > 0 ? sql.join(conditions, sql` or `) : sql`false`})`;
}

function conditionOfTerm(term: string): Condition {
  const hasTag = sql<boolean>`person.tags @> ${[term]}::text[]`;
  const attribute = attributeOfTerm(term);
  if (!attribute) return hasTag;
  const { name, text } = attribute;
  return sql<boolean>`(${hasTag} or person.metadata -> ${name} = any(${valuesOfText(text)}::jsonb[]))`;
}

/** The JSON values that the text stands for: itself, and the number or truth value that JSON writes so. */
function valuesOfText(text: string): string[] {
  const number = Number(text);
  const isNumber = Number.isFinite(number) && JSON.stringify(number) === text;
  return [JSON.stringify(text), ...(isNumber || text === 'true' || text === 'false' ? [text] : [])];
}
