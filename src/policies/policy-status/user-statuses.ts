import type { Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import type { StatusPage, StatusUser } from './device-statuses.ts';
import { devicesOfPolicy, setsOfPolicy, type StatusPolicy } from './devices-of-policy.ts';
import { worseOf, type PolicyStatus } from './status-on-device.ts';
import { statusTables } from './tables.ts';

/** How a policy is on the devices of one user. */
export interface UserStatus {
  readonly user: StatusUser;
  /** Those that have the policy. */
  readonly devicesCount: number;
  /** That of the device with the worst one. */
  readonly status: PolicyStatus;
  /** When one of the devices last reported; null when none ever did. */
  readonly reportedAt: Date | null;
}

export async function listUserStatuses(
  context: ReadContext,
  policy: StatusPolicy,
  { after, skip, limit }: StatusPage,
): Promise<UserStatus[]> {
  let query = usersOfPolicy(context, policy).orderBy('user.id').limit(limit).offset(skip);
  if (after !== undefined) query = query.where('user.id', '>', after);
  return withStatus(context, policy, await query.select(['user.id', 'user.email', 'user.name']).execute());
}

/** Undefined for a user none of whose devices has the policy. */
export async function findUserStatus(
  context: ReadContext,
  policy: StatusPolicy,
  userId: Id,
): Promise<UserStatus | undefined> {
  const query = usersOfPolicy(context, policy).where('user.id', '=', userId);
  const users = await query.select(['user.id', 'user.email', 'user.name']).execute();
  return (await withStatus(context, policy, users))[0];
}

/** How many users have devices that have the policy. */
export async function countUsersOfPolicy(context: ReadContext, policy: StatusPolicy): Promise<number> {
  const { total } = await usersOfPolicy(context, policy)
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return total;
}

function usersOfPolicy(context: ReadContext, policy: StatusPolicy) {
  return statusTables(context.db)
    .selectFrom('directory_user as user')
    .where('user.organization_id', '=', context.scope.organization.id)
    .where(
      'user.id',
      'in',
      setsOfPolicy(context, policy.id)
        .innerJoin('devices_device as device', (join) =>
          join
            .onRef('device.organization_id', '=', 'held.organization_id')
            .onRef('device.id', '=', 'held.device_id'),
        )
        .where('device.user_id', 'is not', null)
        .select('device.user_id')
        .$castTo<{ user_id: Id }>(),
    );
}

async function withStatus(
  context: ReadContext,
  policy: StatusPolicy,
  users: readonly StatusUser[],
): Promise<UserStatus[]> {
  if (users.length === 0) return [];
  const statuses = new Map<Id, UserStatus>();
  const usersById = new Map(users.map((user) => [user.id, user]));
  for await (const batch of devicesOfPolicy(context, policy, { userIds: [...usersById.keys()] })) {
    for (const { userId, lastStatusReportAt, onDevice } of batch) {
      const user = usersById.get(userId!);
      // The device may have become another user's since.
      if (!user) continue;
      const others = statuses.get(user.id);
      statuses.set(user.id, {
        user,
        devicesCount: (others?.devicesCount ?? 0) + 1,
        status: others ? worseOf(others.status, onDevice.status) : onDevice.status,
        reportedAt: laterOf(others?.reportedAt ?? null, lastStatusReportAt),
      });
    }
  }
  return users.flatMap(({ id }) => statuses.get(id) ?? []);
}

export function laterOf(left: Date | null, right: Date | null): Date | null {
  return left === null || (right !== null && right > left) ? right : left;
}
