import {
  anyOf,
  contains,
  inOrderOf,
  listPage,
  sql,
  type Listed,
  type OwnedId,
  type Page,
  type Reader,
} from '../../database/index.ts';
import { notFound } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import type { AudienceSelectors } from './selectors.ts';
import { audienceTables, type AudienceRow } from './tables.ts';

/** What an administrator says of an audience. */
export interface AudienceContent {
  /** Unique in the organization without regard to case. */
  readonly name: string;
  readonly description: string | null;
  readonly selectors: AudienceSelectors;
}

/** A set of devices, described by what they and their users have. Who belongs to it is worked out when it is asked for. */
export interface Audience extends AudienceContent {
  readonly id: Id;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The audiences of these keys, in their order, in one statement. */
export async function loadAudiences(db: Reader, keys: readonly OwnedId[]): Promise<(Audience | undefined)[]> {
  if (keys.length === 0) return [];
  const rows = await audienceTables(db)
    .selectFrom('devices_audience')
    .selectAll()
    .where('organization_id', '=', anyOf(keys.map(({ organizationId }) => organizationId)))
    .where('id', '=', anyOf(keys.map(({ id }) => id)))
    .execute();
  return inOrderOf(keys, rows).map((row) => row && audienceOfRow(row));
}

/** Faults: `notFound`. */
export async function requireAudience({ db, scope }: ReadContext, id: Id): Promise<Audience> {
  const [audience] = await loadAudiences(db, [{ organizationId: scope.organization.id, id }]);
  if (!audience) throw audienceNotFound(id);
  return audience;
}

export function audienceNotFound(id: Id) {
  return notFound('Device audience', hexOfId(id));
}

/** The first sorts when nothing else is asked for. */
export const audienceSortFields = ['createdAt', 'updatedAt', 'name'] as const;
type AudienceSortField = (typeof audienceSortFields)[number];

const sortColumns = {
  createdAt: sql.ref('created_at'),
  updatedAt: sql.ref('updated_at'),
  name: sql`lower(name)`,
} as const satisfies Record<AudienceSortField, unknown>;

/** The audiences whose name or description contains the text `search`, without regard to case. */
export async function listAudiences(
  { db, scope }: ReadContext,
  { search }: { search?: string | undefined },
  page: Page<AudienceSortField>,
): Promise<Listed<Audience>> {
  let matching = audienceTables(db)
    .selectFrom('devices_audience')
    .selectAll()
    .where('organization_id', '=', scope.organization.id);
  if (search !== undefined) {
    matching = matching.where((where) =>
      where.or([contains('name', search), contains('description', search)]),
    );
  }
  const { items, total } = await listPage(matching, sortColumns, page);
  return { items: items.map(audienceOfRow), total };
}

export function audienceOfRow(row: AudienceRow): Audience {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    selectors: row.selectors,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
