import { sql } from '../database/index.ts';
import { devicesRunning, nameOfDevice } from '../devices/index.ts';
import { Fault } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import type { ReadContext, WriteContext } from '../tenancy/index.ts';
import { nameOfApplication } from './application.ts';
import { applicationOfRow } from './items.ts';
import { counted, namedAtMost, type Noun } from './policy.ts';
import { policiesTables } from './tables.ts';
import { windowsPolicies } from './windows-policy.ts';

/** What a Windows policy's document contains when it refers to an item: any of these. */
const referring = {
  application: (id: Id) => [{ applications: [{ winApplicationId: id }] }],
  admxConfig: (id: Id) => [{ admxConfigs: [{ winAdmxConfigId: id }] }],
  asset: (id: Id) => [{ assets: [{ mdmAssetId: id }] }, { scripts: [{ id }] }],
} as const satisfies Record<string, (id: Id) => object[]>;

/**
 * Refuses to remove an item, whose row the caller has locked, with the names of what refers to it. Whoever is about to refer to it has
 * locked the row too, so none is overlooked. Faults: `inUse`.
 */
export async function refuseWhileUsed(
  context: WriteContext,
  kind: keyof typeof referring,
  id: Id,
  name: string,
): Promise<void> {
  const users = [
    await policiesReferring(context, kind, id),
    ...(kind === 'asset'
      ? [await applicationsMadeOf(context, id), await devicesWithScript(context, id)]
      : []),
  ].filter((text) => text !== undefined);
  if (users.length === 0) return;
  throw new Fault('inUse', `'${name}' is in use by ${users.join(' and ')}. Take it from them first.`);
}

async function policiesReferring(
  { db, scope }: ReadContext,
  kind: keyof typeof referring,
  id: Id,
): Promise<string | undefined> {
  const rows = await policiesTables(db)
    .selectFrom('policies_policy')
    .select(['name', sql<number>`count(*) over ()`.as('total')])
    .where('organization_id', '=', scope.organization.id)
    .where('kind', 'in', [...windowsPolicies.kinds])
    .where((where) =>
      where.or(referring[kind](id).map((part) => sql<boolean>`document @> ${JSON.stringify(part)}::jsonb`)),
    )
    .orderBy('id')
    .limit(namedAtMost)
    .execute();
  return described(rows[0]?.total, ['Windows policy', 'Windows policies'], rows);
}

async function applicationsMadeOf({ db, scope }: ReadContext, assetId: Id): Promise<string | undefined> {
  const rows = await policiesTables(db)
    .selectFrom('policies_application')
    .selectAll()
    .select(sql<number>`count(*) over ()`.as('total'))
    .where('organization_id', '=', scope.organization.id)
    .where(sql<boolean>`asset_id = ${assetId}`)
    .orderBy('id')
    .limit(namedAtMost)
    .execute();
  const names = rows.map((row) => ({ name: nameOfApplication(applicationOfRow(row)) }));
  return described(rows[0]?.total, ['application', 'applications'], names);
}

async function devicesWithScript(context: ReadContext, assetId: Id): Promise<string | undefined> {
  const { count, first } = await devicesRunning(context, assetId, namedAtMost);
  return described(
    count,
    ['device', 'devices'],
    first.map((device) => ({ name: nameOfDevice(device) })),
  );
}

function described(
  count: number | undefined,
  noun: Noun,
  named: readonly { readonly name: string }[],
): string | undefined {
  return count
    ? counted(
        count,
        noun,
        named.map(({ name }) => name),
      )
    : undefined;
}
