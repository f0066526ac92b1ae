import {
  anyOf,
  brokenUniqueConstraint,
  contains,
  inOrderOf,
  listPage,
  refuseInUse,
  sql,
  type Listed,
  type OwnedId,
  type Page,
  type Reader,
} from '../database/index.ts';
import { requireRevision, revised } from '../kernel/etag.ts';
import { Fault, invalidInput, notFound } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import { audit, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import { directoryTables, type UserRow } from './tables.ts';

/** What an administrator says of a user. */
export interface UserContent {
  /** Unique in the organization without regard to case. */
  readonly email: string;
  readonly name: string | null;
  readonly managedAppleId: string | null;
  /** Each of them once. */
  readonly tags: readonly string[];
  /** A language tag such as `es`. */
  readonly language: string | null;
  /** Free properties, at most `metadataLimit` bytes as JSON. */
  readonly metadata: JsonObject;
}

/** A person whose devices are managed: Applivery's "MDM user". */
export interface User extends UserContent {
  readonly id: Id;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

type NewUser = Partial<UserContent> & Pick<UserContent, 'email'>;

export const metadataLimit = 16 * 1024;

const nothingElse: Omit<UserContent, 'email'> = {
  name: null,
  managedAppleId: null,
  tags: [],
  language: null,
  metadata: {},
};

/** Faults: `invalidInput`, `alreadyExists` (email). */
export async function createUser(context: WriteContext, input: NewUser): Promise<User> {
  const { db, scope, now, newId } = context;
  const user: User = {
    id: newId(),
    ...checked({ ...nothingElse, ...input }),
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  await refuseTakenEmail(user.email, () =>
    directoryTables(db)
      .insertInto('directory_user')
      .values({
        organization_id: scope.organization.id,
        id: user.id,
        ...columnsOf(user),
        revision: user.revision,
        created_at: now,
        updated_at: now,
      })
      .execute(),
  );
  await audit(context, {
    action: 'user.create',
    target: { type: 'user', id: user.id, name: user.email },
    before: null,
    after: user,
  });
  return user;
}

/** Faults: `notFound`. */
export async function requireUser(context: ReadContext, id: Id): Promise<User> {
  const user = (await usersByIds(context, [id])).get(id);
  if (!user) throw notFound('User', id);
  return user;
}

/** The users among these ids that the organization has, in one statement. */
export async function usersByIds(context: ReadContext, ids: readonly Id[]): Promise<Map<Id, User>> {
  if (ids.length === 0) return new Map();
  const rows = await selectUsers(context)
    .selectAll()
    .where('id', '=', sql<Id>`any(${ids}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [row.id, userOfRow(row)]));
}

/** The users with these email addresses, without regard to case: by the address in lower case, in one statement. */
export async function usersByEmails(
  context: ReadContext,
  emails: readonly string[],
): Promise<Map<string, User>> {
  const wanted = emails.map((email) => email.toLowerCase());
  const rows = await selectUsers(context)
    .selectAll()
    .where(sql<boolean>`lower(email) = any(${wanted}::text[])`)
    .execute();
  return new Map(rows.map((row) => [row.email.toLowerCase(), userOfRow(row)]));
}

/** The users of these keys, in their order, in one statement. */
export async function loadUsers(db: Reader, keys: readonly OwnedId[]): Promise<(User | undefined)[]> {
  if (keys.length === 0) return [];
  const rows = await directoryTables(db)
    .selectFrom('directory_user')
    .selectAll()
    .where('organization_id', '=', anyOf(keys.map(({ organizationId }) => organizationId)))
    .where('id', '=', anyOf(keys.map(({ id }) => id)))
    .execute();
  return inOrderOf(keys, rows).map((row) => row && userOfRow(row));
}

interface UserFilter {
  /** Part of the email, the name or the managed Apple id, without regard to case. */
  readonly search?: string | undefined;
  /** Users with at least one of these tags. */
  readonly tags?: readonly string[] | undefined;
}

/** The first sorts when nothing else is asked for. */
export const userSortFields = ['createdAt', 'updatedAt', 'email', 'name'] as const;
type UserSortField = (typeof userSortFields)[number];

const sortColumns = {
  createdAt: sql.ref('created_at'),
  updatedAt: sql.ref('updated_at'),
  email: sql`lower(email)`,
  name: sql`lower(name)`,
} as const satisfies Record<UserSortField, unknown>;

export async function listUsers(
  context: ReadContext,
  filter: UserFilter,
  page: Page<UserSortField>,
): Promise<Listed<User>> {
  let matching = selectUsers(context);
  if (filter.search !== undefined) {
    const { search } = filter;
    matching = matching.where((where) =>
      where.or([contains('email', search), contains('name', search), contains('managed_apple_id', search)]),
    );
  }
  if (filter.tags !== undefined) matching = matching.where(sql<boolean>`tags && ${filter.tags}::text[]`);
  const { items, total } = await listPage(matching.selectAll(), sortColumns, page);
  return { items: items.map(userOfRow), total };
}

/** Every tag that some user has, in alphabetical order. */
export async function listUserTags(
  { db, scope }: ReadContext,
  { limit, offset, descending }: { limit: number; offset: number; descending: boolean },
): Promise<Listed<string>> {
  const ofUsers = directoryTables(db)
    .selectFrom(['directory_user', sql<{ tag: string }>`unnest(tags)`.as<'used'>(sql`used(tag)`)])
    .where('organization_id', '=', scope.organization.id);
  const rows = await ofUsers
    .select('used.tag')
    .distinct()
    .orderBy('used.tag', descending ? 'desc' : 'asc')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await ofUsers
    .select(({ fn }) => fn.count<number>('used.tag').distinct().as('total'))
    .executeTakeFirstOrThrow();
  return { items: rows.map(({ tag }) => tag), total };
}

/** Changes what `changes` names and leaves the rest. Faults: `notFound`, `preconditionFailed`, `invalidInput`, `alreadyExists` (email). */
export async function updateUser(
  context: WriteContext,
  id: Id,
  changes: Partial<UserContent>,
  ifMatch?: readonly number[],
): Promise<User> {
  const { db, scope, now } = context;
  const before = await lockUser(context, id, ifMatch);
  const changed = revised(before, checked({ ...contentOf(before), ...changes }), now);
  if (changed === before) return before;
  await refuseTakenEmail(changed.email, () =>
    directoryTables(db)
      .updateTable('directory_user')
      .set({ ...columnsOf(changed), revision: changed.revision, updated_at: now })
      .where('organization_id', '=', scope.organization.id)
      .where('id', '=', id)
      .execute(),
  );
  context.touched.users.add(id);
  await audit(context, {
    action: 'user.update',
    target: { type: 'user', id, name: changed.email },
    before,
    after: changed,
  });
  return changed;
}

/** Removes a user and its group memberships. Faults: `notFound`, `preconditionFailed`, `inUse` while a device or enrolment has it. */
export async function removeUser(context: WriteContext, id: Id, ifMatch?: readonly number[]): Promise<void> {
  const { db, scope } = context;
  const before = await lockUser(context, id, ifMatch);
  await refuseInUse(
    `The user '${before.email}' still has devices or enrolments. Give them to another user or remove them first.`,
    () =>
      directoryTables(db)
        .deleteFrom('directory_user')
        .where('organization_id', '=', scope.organization.id)
        .where('id', '=', id)
        .execute(),
  );
  await audit(context, {
    action: 'user.remove',
    target: { type: 'user', id, name: before.email },
    before,
    after: null,
  });
}

function selectUsers({ db, scope }: ReadContext) {
  return directoryTables(db)
    .selectFrom('directory_user')
    .where('organization_id', '=', scope.organization.id);
}

async function lockUser(
  context: WriteContext,
  id: Id,
  ifMatch: readonly number[] | undefined,
): Promise<User> {
  const row = await selectUsers(context).selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw notFound('User', id);
  requireRevision(ifMatch, row.revision);
  return userOfRow(row);
}

function checked(content: UserContent): UserContent {
  const size = Buffer.byteLength(JSON.stringify(content.metadata));
  if (size > metadataLimit) {
    throw invalidInput([
      { path: 'metadata', message: `has ${size} bytes as JSON; at most ${metadataLimit} are possible` },
    ]);
  }
  return { ...content, tags: [...new Set(content.tags)] };
}

async function refuseTakenEmail(email: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (brokenUniqueConstraint(error) !== 'directory_user_email') throw error;
    throw new Fault('alreadyExists', `A user with the email '${email}' exists already.`, {
      violations: [{ path: 'email', message: `'${email}' is another user's already` }],
    });
  }
}

function contentOf({ email, name, managedAppleId, tags, language, metadata }: User): UserContent {
  return { email, name, managedAppleId, tags, language, metadata };
}

function columnsOf(content: UserContent) {
  return {
    email: content.email,
    name: content.name,
    managed_apple_id: content.managedAppleId,
    tags: [...content.tags],
    language: content.language,
    metadata: JSON.stringify(content.metadata),
  };
}

function userOfRow(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    managedAppleId: row.managed_apple_id,
    tags: row.tags,
    language: row.language,
    metadata: row.metadata,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
