import { usersByIds } from '../../directory/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import { createDevice, type Device, type Platform, type ReportedFacts } from '../index.ts';
import type { Enrollment } from './enrollment.ts';

/** Creates a device in state `PROVISIONING`, of what its enrolment gives it and what it told of itself. */
export async function createEnrollingDevice(
  context: WriteContext,
  platform: Platform,
  enrollment: Enrollment,
  told: ReportedFacts,
): Promise<Id> {
  const { tags, segment } = enrollment;
  const { serialNumber = null, imei = null, platformId = null, ...summary } = told;
  const user = await userOf(context, enrollment);
  const state = 'PROVISIONING';
  const given = { platform, state, tags, segment, user, platformId, serialNumber, imei, summary } as const;
  return (await createDevice(context, given)).id;
}

/** The user that an enrolment gives its devices. */
export async function userOf(
  context: WriteContext,
  { userId }: Pick<Enrollment, 'userId'>,
): Promise<Device['user']> {
  const user = userId && (await usersByIds(context, [userId])).get(userId);
  return user ? { id: user.id, email: user.email } : null;
}
