import { brokenUniqueConstraint, refuseInUse } from '../../database/index.ts';
import { usersByIds } from '../../directory/index.ts';
import { requireRevision, revised } from '../../kernel/etag.ts';
import { Fault, invalidInput, type Violation } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import { audit, requireFeature, type ReadContext, type WriteContext } from '../../tenancy/index.ts';
import { devicesByIds, type Platform } from '../index.ts';
import { audienceNotFound, audienceOfRow, type Audience, type AudienceContent } from './audiences.ts';
import type { AudienceSelectors } from './selectors.ts';
import { audienceTables } from './tables.ts';

/**
 * Creates an audience; one that nothing matches is fine. Faults: `featureNotInPlan`, `invalidInput` (a device or user that the
 * organization does not have), `alreadyExists` (name).
 */
export async function createAudience(context: WriteContext, content: AudienceContent): Promise<Audience> {
  const { db, scope, now, newId } = context;
  requireFeature(scope, 'audiences');
  await refuseUnknown(context, content.selectors);
  const audience: Audience = { id: newId(), ...content, revision: 1, createdAt: now, updatedAt: now };
  await refuseTakenName(audience.name, () =>
    audienceTables(db)
      .insertInto('devices_audience')
      .values({
        organization_id: scope.organization.id,
        id: audience.id,
        ...columnsOf(audience),
        revision: audience.revision,
        created_at: now,
        updated_at: now,
      })
      .execute(),
  );
  await audit(context, {
    action: 'audience.create',
    target: targetOf(audience),
    before: null,
    after: audience,
  });
  return audience;
}

/**
 * Changes what `changes` names and leaves the rest; selectors are replaced whole. What the audience names already may stay, even if it was
 * removed meanwhile. Faults: those of `createAudience`, `notFound`, `preconditionFailed`.
 */
export async function updateAudience(
  context: WriteContext,
  id: Id,
  changes: Partial<AudienceContent>,
  ifMatch?: readonly number[],
): Promise<Audience> {
  const { db, scope, now } = context;
  requireFeature(scope, 'audiences');
  const before = await lockAudience(context, id, ifMatch);
  const after = revised(before, changes, now);
  if (after === before) return before;
  await refuseUnknown(context, after.selectors, before.selectors);
  await refuseTakenName(after.name, () =>
    audienceTables(db)
      .updateTable('devices_audience')
      .set({ ...columnsOf(after), revision: after.revision, updated_at: now })
      .where('organization_id', '=', scope.organization.id)
      .where('id', '=', id)
      .execute(),
  );
  context.touched.audiences.add(id);
  await audit(context, { action: 'audience.update', target: targetOf(after), before, after });
  return after;
}

/** Removes an audience. Faults: `notFound`, `preconditionFailed`, `inUse` while something refers to it. */
export async function removeAudience(
  context: WriteContext,
  id: Id,
  ifMatch?: readonly number[],
): Promise<void> {
  const { db, scope } = context;
  const before = await lockAudience(context, id, ifMatch);
  await refuseInUse(`The device audience '${before.name}' is in use. Take it from what uses it first.`, () =>
    audienceTables(db)
      .deleteFrom('devices_audience')
      .where('organization_id', '=', scope.organization.id)
      .where('id', '=', id)
      .execute(),
  );
  await audit(context, { action: 'audience.remove', target: targetOf(before), before, after: null });
}

async function lockAudience(
  { db, scope }: WriteContext,
  id: Id,
  ifMatch: readonly number[] | undefined,
): Promise<Audience> {
  const row = await audienceTables(db)
    .selectFrom('devices_audience')
    .selectAll()
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw audienceNotFound(id);
  requireRevision(ifMatch, row.revision);
  return audienceOfRow(row);
}

/** Refuses devices and users that the organization does not have. Faults: `invalidInput`. */
export async function refuseUnknown(
  context: ReadContext,
  wanted: AudienceSelectors,
  stored?: AudienceSelectors,
): Promise<void> {
  const devices = await devicesByIds(context, [...wanted.winDeviceIds, ...wanted.admDeviceIds]);
  const users = await usersByIds(context, wanted.mdmUserIds);
  const isDevice = (platform: Platform) => (id: Id) => devices.get(id)?.platform === platform;
  const unknown = (
    name: 'winDeviceIds' | 'admDeviceIds' | 'mdmUserIds',
    noun: string,
    isKnown: (id: Id) => boolean,
  ): Violation[] =>
    wanted[name].flatMap((id, index) =>
      isKnown(id) || stored?.[name].includes(id)
        ? []
        : [
            {
              path: `selectors.${name}[${index}]`,
              message: `'${hexOfId(id)}' is not ${noun} of this organization`,
            },
          ],
    );
  const violations = [
    ...unknown('winDeviceIds', 'a Windows device', isDevice('windows')),
    ...unknown('admDeviceIds', 'an Apple device', isDevice('apple')),
    ...unknown('mdmUserIds', 'a user', (id) => users.has(id)),
  ];
  if (violations.length > 0) throw invalidInput(violations);
}

async function refuseTakenName(name: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (brokenUniqueConstraint(error) !== 'devices_audience_name') throw error;
    throw new Fault('alreadyExists', `A device audience named '${name}' exists already.`, {
      violations: [{ path: 'name', message: `'${name}' is another device audience's already` }],
    });
  }
}

function targetOf({ id, name }: Audience) {
  return { type: 'audience', id, name };
}

function columnsOf({ name, description, selectors }: AudienceContent) {
  return { name, description, selectors: JSON.stringify(selectors) };
}
