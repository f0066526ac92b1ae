import { anyOf, inOrderOf, type OwnedId, type Reader, type Selectable } from '../database/index.ts';
import { groupsByIds } from '../directory/index.ts';
import { requireRevision, revised } from '../kernel/etag.ts';
import { invalidInput, notFound } from '../kernel/fault.ts';
import { parseGuidId, type Id } from '../kernel/id.ts';
import { audit, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import {
  assignedGroupIds,
  newPartner,
  normalizedPartner,
  partnerViolations,
  type Partner,
  type PartnerProperties,
} from './partner.ts';
import { complianceTables, type PartnerTable } from './tables.ts';

/** The organization's partners, oldest first. */
export async function listPartners(context: ReadContext): Promise<Partner[]> {
  const rows = await selectPartners(context).orderBy('id').execute();
  return rows.map(partnerOfRow);
}

/** The partners of these keys, in their order, in one statement. */
export async function loadPartners(db: Reader, keys: readonly OwnedId[]): Promise<(Partner | undefined)[]> {
  const rows = await complianceTables(db)
    .selectFrom('compliance_partner')
    .selectAll()
    .where('organization_id', '=', anyOf(keys.map(({ organizationId }) => organizationId)))
    .where('id', '=', anyOf(keys.map(({ id }) => id)))
    .execute();
  return inOrderOf(keys, rows).map((row) => row && partnerOfRow(row));
}

/** Faults: `notFound`. */
export async function requirePartner({ db, scope }: ReadContext, id: Id): Promise<Partner> {
  const [partner] = await loadPartners(db, [{ organizationId: scope.organization.id, id }]);
  if (!partner) throw missing(id);
  return partner;
}

/**
 * Creates a partner; what is left out is as in `newPartner`. A group that is not known here is accepted, because it may live in the
 * Entra tenant that the partner was copied from, but the audit event warns of it. Faults: `invalidInput`.
 */
export async function createPartner(
  context: WriteContext,
  input: Partial<PartnerProperties>,
): Promise<Partner> {
  const { db, scope, now, newId } = context;
  const given = checked(input);
  const partner: Partner = {
    id: newId(),
    ...newPartner,
    ...given,
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  await complianceTables(db)
    .insertInto('compliance_partner')
    .values({
      organization_id: scope.organization.id,
      id: partner.id,
      ...columnsOf(partner),
      revision: partner.revision,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await audit(context, {
    action: 'partner.create',
    target: { type: 'partner', id: partner.id, name: partner.displayName },
    before: null,
    after: partner,
    warning: await warningOfGroups(context, given),
  });
  return partner;
}

/**
 * Changes the given properties and leaves the rest; a given list of assignments replaces the stored one. Groups are treated as in
 * `createPartner`. Faults: `invalidInput`, `notFound`, `preconditionFailed`.
 */
export async function updatePartner(
  context: WriteContext,
  id: Id,
  input: Partial<PartnerProperties>,
  ifMatch?: readonly number[],
): Promise<Partner> {
  const { db, scope, now } = context;
  const given = checked(input);
  const before = await lockPartner(context, id, ifMatch);
  const changed = revised(before, given, now);
  if (changed === before) return before;
  await complianceTables(db)
    .updateTable('compliance_partner')
    .set({ ...columnsOf(changed), revision: changed.revision, updated_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  await audit(context, {
    action: 'partner.update',
    target: { type: 'partner', id, name: changed.displayName },
    before,
    after: changed,
    warning: await warningOfGroups(context, given),
  });
  return changed;
}

/** Faults: `notFound`, `preconditionFailed`. */
export async function removePartner(
  context: WriteContext,
  id: Id,
  ifMatch?: readonly number[],
): Promise<void> {
  const { db, scope } = context;
  const before = await lockPartner(context, id, ifMatch);
  await complianceTables(db)
    .deleteFrom('compliance_partner')
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  await audit(context, {
    action: 'partner.remove',
    target: { type: 'partner', id, name: before.displayName },
    before,
    after: null,
  });
}

function checked(input: Partial<PartnerProperties>): Partial<PartnerProperties> {
  const violations = partnerViolations(input);
  if (violations.length > 0) throw invalidInput(violations);
  return normalizedPartner(input);
}

const namedInWarning = 10;

async function warningOfGroups(
  context: WriteContext,
  given: Partial<PartnerProperties>,
): Promise<string | undefined> {
  const guids = assignedGroupIds(given);
  const ids = guids.map(parseGuidId).filter((id) => id !== undefined);
  const known: ReadonlyMap<string, unknown> = await groupsByIds(context, ids);
  const unknown = guids.filter((guid) => !known.has(guid));
  if (unknown.length === 0) return undefined;
  const named = unknown.slice(0, namedInWarning).join(', ');
  const more = unknown.length > namedInWarning ? ` and ${unknown.length - namedInWarning} more` : '';
  return `Assignments to groups that are not known here reach nobody: ${named}${more}.`;
}

async function lockPartner(context: WriteContext, id: Id, ifMatch?: readonly number[]): Promise<Partner> {
  const row = await selectPartners(context).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw missing(id);
  requireRevision(ifMatch, row.revision);
  return partnerOfRow(row);
}

function missing(id: Id) {
  return notFound('Compliance management partner', id);
}

function selectPartners({ db, scope }: ReadContext) {
  return complianceTables(db)
    .selectFrom('compliance_partner')
    .selectAll()
    .where('organization_id', '=', scope.organization.id);
}

function columnsOf(properties: PartnerProperties) {
  return {
    display_name: properties.displayName,
    partner_state: properties.partnerState,
    last_heartbeat_at: properties.lastHeartbeatAt,
    mac_os_onboarded: properties.macOsOnboarded,
    android_onboarded: properties.androidOnboarded,
    ios_onboarded: properties.iosOnboarded,
    linux_onboarded: properties.linuxOnboarded,
    mac_os_enrollment_assignments: JSON.stringify(properties.macOsEnrollmentAssignments),
    android_enrollment_assignments: JSON.stringify(properties.androidEnrollmentAssignments),
    ios_enrollment_assignments: JSON.stringify(properties.iosEnrollmentAssignments),
    linux_enrollment_assignments: JSON.stringify(properties.linuxEnrollmentAssignments),
  };
}

function partnerOfRow(row: Selectable<PartnerTable>): Partner {
  return {
    id: row.id,
    displayName: row.display_name,
    partnerState: row.partner_state,
    lastHeartbeatAt: row.last_heartbeat_at,
    macOsOnboarded: row.mac_os_onboarded,
    androidOnboarded: row.android_onboarded,
    iosOnboarded: row.ios_onboarded,
    linuxOnboarded: row.linux_onboarded,
    macOsEnrollmentAssignments: row.mac_os_enrollment_assignments,
    androidEnrollmentAssignments: row.android_enrollment_assignments,
    iosEnrollmentAssignments: row.ios_enrollment_assignments,
    linuxEnrollmentAssignments: row.linux_enrollment_assignments,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
