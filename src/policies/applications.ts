import { listPage, sql, type Listed, type Page } from '../database/index.ts';
import { requireRevision, revised } from '../kernel/etag.ts';
import { invalidInput, notFound } from '../kernel/fault.ts';
import { hexOfId, type Id } from '../kernel/id.ts';
import { audit, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import { nameOfApplication, neededConfig, type Application, type ApplicationConfig } from './application.ts';
import { applicationOfRow, lockItems } from './items.ts';
import { policiesTables } from './tables.ts';
import { refuseWhileUsed } from './uses.ts';

type ApplicationContent = Pick<Application, 'type' | 'config' | 'info'>;

/** Faults: `invalidInput` (a config that its type cannot do with, no such asset). */
export async function createApplication(
  context: WriteContext,
  { type, config, info }: ApplicationContent,
): Promise<Application> {
  const { db, scope, now, newId } = context;
  const application: Application = {
    id: newId(),
    type,
    config,
    info,
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  await refuseWrongConfig(context, application);
  await policiesTables(db)
    .insertInto('policies_application')
    .values({
      organization_id: scope.organization.id,
      id: application.id,
      ...columnsOf(application),
      revision: application.revision,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await audit(context, {
    action: 'windows.application.create',
    target: targetOf(application),
    before: null,
    after: application,
  });
  return application;
}

/** Faults: `notFound`. */
export async function requireApplication(context: ReadContext, id: Id): Promise<Application> {
  const row = await selectApplications(context).selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('Windows application', hexOfId(id));
  return applicationOfRow(row);
}

/** The first sorts when nothing else is asked for. */
export const applicationSortFields = ['createdAt', 'updatedAt', 'type', 'name'] as const;
type ApplicationSortField = (typeof applicationSortFields)[number];

const sortColumns = {
  createdAt: sql.ref('created_at'),
  updatedAt: sql.ref('updated_at'),
  type: sql.ref('type'),
  name: sql`info ->> 'name'`,
} as const satisfies Record<ApplicationSortField, unknown>;

/** Lists the applications whose config has all members of `filter` with the same values. */
export async function listApplications(
  context: ReadContext,
  filter: ApplicationConfig,
  page: Page<ApplicationSortField>,
): Promise<Listed<Application>> {
  const matching = selectApplications(context).where(
    sql<boolean>`config @> ${JSON.stringify(filter)}::jsonb`,
  );
  const { items, total } = await listPage(matching.selectAll(), sortColumns, page);
  return { items: items.map(applicationOfRow), total };
}

/** Changes what `changes` names and leaves the rest. Faults: `notFound`, `preconditionFailed`, `invalidInput` as at creation. */
export async function updateApplication(
  context: WriteContext,
  id: Id,
  ifMatch: readonly number[] | undefined,
  changes: Partial<ApplicationContent>,
): Promise<Application> {
  const { db, scope, now } = context;
  const before = await lockApplication(context, id, ifMatch, 'forNoKeyUpdate');
  const after = revised(before, changes, now);
  if (after === before) return before;
  await refuseWrongConfig(context, after);
  await policiesTables(db)
    .updateTable('policies_application')
    .set({ ...columnsOf(after), revision: after.revision, updated_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  await audit(context, { action: 'windows.application.update', target: targetOf(after), before, after });
  return after;
}

/** Faults: `notFound`, `preconditionFailed`, `inUse` while a policy deploys it. */
export async function removeApplication(
  context: WriteContext,
  id: Id,
  ifMatch: readonly number[] | undefined,
): Promise<void> {
  const { db, scope } = context;
  const before = await lockApplication(context, id, ifMatch, 'forUpdate');
  await refuseWhileUsed(context, 'application', id, nameOfApplication(before));
  await policiesTables(db)
    .deleteFrom('policies_application')
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  await audit(context, {
    action: 'windows.application.remove',
    target: targetOf(before),
    before,
    after: null,
  });
}

async function refuseWrongConfig(context: WriteContext, { type, config }: ApplicationContent): Promise<void> {
  const missing = neededConfig[type].filter((member) => config[member] === undefined);
  if (missing.length > 0) {
    throw invalidInput(
      missing.map((member) => ({
        path: `config.${member}`,
        message: `is required for an application of type '${type}'`,
      })),
    );
  }
  if (config.mdmAssetId) {
    await lockItems(context, [{ kind: 'installer', id: config.mdmAssetId, path: 'config.mdmAssetId' }]);
  }
}

/** `forUpdate` also makes those wait who are about to refer to it. */
async function lockApplication(
  context: WriteContext,
  id: Id,
  ifMatch: readonly number[] | undefined,
  lock: 'forUpdate' | 'forNoKeyUpdate',
): Promise<Application> {
  const row = await selectApplications(context).selectAll().where('id', '=', id)[lock]().executeTakeFirst();
  if (!row) throw notFound('Windows application', hexOfId(id));
  requireRevision(ifMatch, row.revision);
  return applicationOfRow(row);
}

function selectApplications({ db, scope }: ReadContext) {
  return policiesTables(db)
    .selectFrom('policies_application')
    .where('organization_id', '=', scope.organization.id);
}

function columnsOf({ type, config, info }: ApplicationContent) {
  return { type, config: JSON.stringify(config), info: JSON.stringify(info) };
}

function targetOf(application: Application) {
  return { type: 'windowsApplication', id: application.id, name: nameOfApplication(application) };
}
