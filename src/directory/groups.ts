import { contains, listPage, refuseInUse, sql, type Listed, type Page } from '../database/index.ts';
import { requireRevision, revised } from '../kernel/etag.ts';
import { notFound } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import { audit, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import { directoryTables, type GroupRow } from './tables.ts';

/** What an administrator says of a group. */
export interface GroupContent {
  readonly displayName: string;
  readonly description: string | null;
  readonly mailNickname: string;
  readonly mailEnabled: boolean;
  readonly securityEnabled: boolean;
}

/**
 * Members that policies and partners are assigned to together.
 * https://learn.microsoft.com/en-us/graph/api/resources/group
 */
export interface Group extends GroupContent {
  readonly id: Id;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

type NewGroup = Partial<GroupContent> & Pick<GroupContent, 'displayName' | 'mailNickname'>;

const securityGroup = { description: null, mailEnabled: false, securityEnabled: true };

/** Creates a group without members: a security group that gets no mail unless said otherwise. */
export async function createGroup(context: WriteContext, input: NewGroup): Promise<Group> {
  const { db, scope, now, newId } = context;
  const group: Group = {
    id: newId(),
    ...securityGroup,
    ...input,
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  await directoryTables(db)
    .insertInto('directory_group')
    .values({
      organization_id: scope.organization.id,
      id: group.id,
      ...columnsOf(group),
      revision: group.revision,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await audit(context, {
    action: 'group.create',
    target: { type: 'group', id: group.id, name: group.displayName },
    before: null,
    after: group,
  });
  return group;
}

/** Faults: `notFound`. */
export async function requireGroup(context: ReadContext, id: Id): Promise<Group> {
  const group = (await groupsByIds(context, [id])).get(id);
  if (!group) throw notFound('Group', id);
  return group;
}

/** The groups among these ids that the organization has, in one statement. */
export async function groupsByIds(context: ReadContext, ids: readonly Id[]): Promise<Map<Id, Group>> {
  if (ids.length === 0) return new Map();
  const rows = await selectGroups(context)
    .selectAll()
    .where('id', '=', sql<Id>`any(${ids}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [row.id, groupOfRow(row)]));
}

/** Every group, oldest first: for callers that filter and order by themselves. */
export async function listAllGroups(context: ReadContext): Promise<Group[]> {
  const rows = await selectGroups(context).selectAll().orderBy('id').execute();
  return rows.map(groupOfRow);
}

type GroupSortField = 'createdAt' | 'updatedAt' | 'displayName';

const sortColumns = {
  createdAt: sql.ref('created_at'),
  updatedAt: sql.ref('updated_at'),
  displayName: sql`lower(display_name)`,
} as const satisfies Record<GroupSortField, unknown>;

/** The groups whose name or description contains the text `search`, without regard to case. */
export async function listGroups(
  context: ReadContext,
  { search }: { search?: string | undefined },
  page: Page<GroupSortField>,
): Promise<Listed<Group>> {
  let matching = selectGroups(context);
  if (search !== undefined) {
    matching = matching.where((where) =>
      where.or([contains('display_name', search), contains('description', search)]),
    );
  }
  const { items, total } = await listPage(matching.selectAll(), sortColumns, page);
  return { items: items.map(groupOfRow), total };
}

/** Changes what `changes` names and leaves the rest. Faults: `notFound`, `preconditionFailed`. */
export async function updateGroup(
  context: WriteContext,
  id: Id,
  changes: Partial<GroupContent>,
  ifMatch?: readonly number[],
): Promise<Group> {
  const { db, scope, now } = context;
  const before = await lockGroup(context, id, ifMatch);
  const changed = revised(before, changes, now);
  if (changed === before) return before;
  await directoryTables(db)
    .updateTable('directory_group')
    .set({ ...columnsOf(changed), revision: changed.revision, updated_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  await audit(context, {
    action: 'group.update',
    target: { type: 'group', id, name: changed.displayName },
    before,
    after: changed,
  });
  return changed;
}

/**
 * Removes a group and its memberships; its members stay. Faults: `notFound`, `preconditionFailed`, `inUse` while something is assigned to
 * it.
 */
export async function removeGroup(context: WriteContext, id: Id, ifMatch?: readonly number[]): Promise<void> {
  const { db, scope } = context;
  const before = await lockGroup(context, id, ifMatch);
  await refuseInUse(
    `The group '${before.displayName}' has policies assigned to it. Take it from them first.`,
    () =>
      directoryTables(db)
        .deleteFrom('directory_group')
        .where('organization_id', '=', scope.organization.id)
        .where('id', '=', id)
        .execute(),
  );
  await audit(context, {
    action: 'group.remove',
    target: { type: 'group', id, name: before.displayName },
    before,
    after: null,
  });
}

/** Reads a group so that nobody else changes it or its members until the transaction ends. Faults: `notFound`, `preconditionFailed`. */
export async function lockGroup(context: WriteContext, id: Id, ifMatch?: readonly number[]): Promise<Group> {
  const row = await selectGroups(context).selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw notFound('Group', id);
  requireRevision(ifMatch, row.revision);
  return groupOfRow(row);
}

function selectGroups({ db, scope }: ReadContext) {
  return directoryTables(db)
    .selectFrom('directory_group')
    .where('organization_id', '=', scope.organization.id);
}

function columnsOf(content: GroupContent) {
  return {
    display_name: content.displayName,
    description: content.description,
    mail_nickname: content.mailNickname,
    mail_enabled: content.mailEnabled,
    security_enabled: content.securityEnabled,
  };
}

function groupOfRow(row: GroupRow): Group {
  return {
    id: row.id,
    displayName: row.display_name,
    description: row.description,
    mailNickname: row.mail_nickname,
    mailEnabled: row.mail_enabled,
    securityEnabled: row.security_enabled,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
