import { usersByIds } from '../directory/index.ts';
import { invalidInput } from '../kernel/fault.ts';
import { hexOfId, type Id } from '../kernel/id.ts';
import { audit, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import { lockDevice, saveDevice, targetOf } from './change-device.ts';
import type { Device, DeviceKey, Platform } from './device.ts';

/** A user whom the input names at a path. */
export interface NamedUser {
  readonly id: Id;
  readonly path: string;
}

/** What an administrator says of a device. Members that are absent stay as they are; a list replaces the whole list. */
export interface DeviceUpdate {
  readonly displayName?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Null takes the device from its user. */
  readonly user?: NamedUser | null | undefined;
  readonly segment?: number | undefined;
}

/**
 * Changes what administrators say of a device. Faults: `notFound`, `preconditionFailed`, `invalidInput` (a user or segment that the
 * organization does not have).
 */
export async function updateDevice(
  context: WriteContext,
  platform: Platform,
  key: DeviceKey,
  ifMatch: readonly number[] | undefined,
  { displayName, tags, user: named, segment }: DeviceUpdate,
): Promise<Device> {
  const before = await lockDevice(context, platform, key, ifMatch);
  const user = named ? await requireUserOfInput(context, named) : named;
  const after = await saveDevice(context, before, {
    ...(displayName !== undefined && { displayName }),
    ...(tags !== undefined && { tags }),
    ...(user !== undefined && { user }),
    ...(segment !== undefined && { segment }),
  });
  if (after === before) return before;
  await audit(context, {
    action: `${platform}.device.update`,
    target: targetOf(after),
    before: auditable(before),
    after: auditable(after),
  });
  return after;
}

/** The user whom the input names, as devices have them. Faults: `invalidInput`. */
export async function requireUserOfInput(
  context: ReadContext,
  { id, path }: NamedUser,
): Promise<NonNullable<Device['user']>> {
  const user = (await usersByIds(context, [id])).get(id);
  if (!user) throw invalidInput([{ path, message: `'${hexOfId(id)}' is not a user of this organization` }]);
  return { id, email: user.email };
}

function auditable({ displayName, tags, user, segment }: Device) {
  return { displayName, tags, user, segment };
}
