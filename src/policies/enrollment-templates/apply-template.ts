import { sql } from '../../database/index.ts';
import { recordEvents } from '../../devices/events/index.ts';
import { deviceKey, factText, lockDevice, saveDevice, type Device } from '../../devices/index.ts';
import { rootSegmentId, usersByEmails, usersByIds, type User } from '../../directory/index.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import type { ReadContext, WriteContext } from '../../tenancy/index.ts';
import { fillIn } from '../agents/index.ts';
import { assignFrom, policiesOfEnrollments } from '../enrollment-policies.ts';
import { policiesTables } from '../tables.ts';
import { matchingRule } from './matching-rule.ts';
import type { EnrollmentTemplate } from './template.ts';
import { findTemplate } from './templates.ts';

/**
 * Gives a PC that has just enrolled what the first rule of the default template gives that is meant for it; nothing when its enrolment gives
 * policies itself. A name and segment that the PC has stay. `provenEmail` is the address that the sign-in has proven to be the user's.
 */
export async function applyTemplate(
  context: WriteContext,
  {
    enrollmentId,
    deviceId,
    provenEmail,
  }: {
    readonly enrollmentId: Id;
    readonly deviceId: Id;
    readonly provenEmail: string | null;
  },
): Promise<void> {
  const own = await policiesOfEnrollments(context, [enrollmentId]);
  const template = own.has(enrollmentId) ? undefined : await lockDefault(context);
  if (!template) return;
  const device = await lockDevice(context, 'windows', deviceKey(hexOfId(deviceId)));
  const user = await userOf(context, device, provenEmail);
  const email = user?.email ?? provenEmail ?? undefined;
  const position = matchingRule(template.rules, { device, user, email });
  if (position === undefined) return;
  const rule = template.rules[position]!;
  const { displayNamePattern } = rule;
  const name =
    displayNamePattern === null || device.displayName !== null
      ? undefined
      : fillIn(displayNamePattern, { device, user });
  const displayName = name && 'text' in name ? factText(name.text) : undefined;
  await saveDevice(context, device, {
    ...(displayName !== undefined && { displayName }),
    tags: [...new Set([...device.tags, ...rule.tags])],
    ...(device.segment === rootSegmentId && { segment: rule.segment }),
  });
  await assignFrom(
    context,
    deviceId,
    sql`
      select kind, policy_id, priority from policies_enrollment_template_policy
      where organization_id = ${context.scope.organization.id} and template_id = ${template.id} and rule = ${position}`,
  );
  const details = {
    template: hexOfId(template.id),
    rule: rule.name ?? String(position + 1),
    ...(name && 'error' in name && { displayName: name.error }),
  };
  await recordEvents(context, deviceId, [
    { title: `It gets what the enrolment template '${template.name}' gives.`, details },
  ]);
}

/** The default template; nobody changes it, or removes what it refers to, before this change is committed. */
async function lockDefault(context: WriteContext): Promise<EnrollmentTemplate | undefined> {
  const { db, scope } = context;
  const row = await policiesTables(db)
    .selectFrom('policies_default_enrollment_template as used')
    .innerJoin('policies_enrollment_template as template', (join) =>
      join
        .onRef('template.organization_id', '=', 'used.organization_id')
        .onRef('template.id', '=', 'used.template_id'),
    )
    .select('template.id')
    .where('used.organization_id', '=', scope.organization.id)
    .forShare('template')
    .executeTakeFirst();
  return row && findTemplate(context, row.id);
}

async function userOf(
  context: ReadContext,
  device: Device,
  provenEmail: string | null,
): Promise<User | undefined> {
  const { user } = device;
  if (user) return (await usersByIds(context, [user.id])).get(user.id);
  if (provenEmail === null) return undefined;
  return (await usersByEmails(context, [provenEmail])).get(provenEmail.toLowerCase());
}
