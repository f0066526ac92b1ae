import type { Listed } from '../database/index.ts';
import type { Id } from '../kernel/id.ts';
import type { ReadContext } from '../tenancy/index.ts';
import type { PolicyFamily } from './policy.ts';
import { policiesTables } from './tables.ts';

/** What a policy was after one of its changes. */
export interface PolicyVersion {
  readonly version: number;
  readonly name: string;
  readonly description: string | null;
  readonly madeAt: Date;
  readonly madeBy: { readonly kind: string; readonly id: Id | null; readonly name: string };
}

export interface PolicyVersionWithDocument<Document extends object> extends PolicyVersion {
  readonly document: Document;
}

/** The versions of a policy, newest first, in one statement. A policy that is not there has none. */
export async function listPolicyVersions(
  context: ReadContext,
  family: PolicyFamily<object>,
  id: Id,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<Listed<PolicyVersion>> {
  const rows = await selectVersions(context, family, id)
    .select('policy.version as newest')
    .orderBy('version.version', 'desc')
    .offset(offset)
    .limit(limit)
    .execute();
  // Versions have no gaps.
  return { items: rows.map(versionOfRow), total: rows[0]?.newest ?? 0 };
}

export async function getPolicyVersion<Document extends object>(
  context: ReadContext,
  family: PolicyFamily<Document>,
  id: Id,
  version: number,
): Promise<PolicyVersionWithDocument<Document> | undefined> {
  const row = await selectVersions(context, family, id)
    .select('version.document')
    .where('version.version', '=', version)
    .executeTakeFirst();
  return row && { ...versionOfRow(row), document: family.read(row.document) };
}

function selectVersions({ db, scope }: ReadContext, { kinds }: PolicyFamily<object>, id: Id) {
  return policiesTables(db)
    .selectFrom('policies_version as version')
    .innerJoin('policies_policy as policy', (join) =>
      join
        .onRef('policy.organization_id', '=', 'version.organization_id')
        .onRef('policy.id', '=', 'version.policy_id'),
    )
    .select([
      'version.version',
      'version.name',
      'version.description',
      'version.made_at',
      'version.made_by_kind',
      'version.made_by_id',
      'version.made_by_name',
    ])
    .where('version.organization_id', '=', scope.organization.id)
    .where('version.policy_id', '=', id)
    .where('policy.kind', 'in', [...kinds]);
}

function versionOfRow(row: {
  version: number;
  name: string;
  description: string | null;
  made_at: Date;
  made_by_kind: string;
  made_by_id: Id | null;
  made_by_name: string;
}): PolicyVersion {
  return {
    version: row.version,
    name: row.name,
    description: row.description,
    madeAt: row.made_at,
    madeBy: { kind: row.made_by_kind, id: row.made_by_id, name: row.made_by_name },
  };
}
