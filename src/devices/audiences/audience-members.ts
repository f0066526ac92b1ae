import type { Listed, Page } from '../../database/index.ts';
import { usersByIds } from '../../directory/index.ts';
import { requireFeature, type ReadContext } from '../../tenancy/index.ts';
import { listDevices, type Device, type DeviceSortField } from '../index.ts';
import { refuseUnknown } from './change-audience.ts';
import { idsOfAudience } from './ids-of-audience.ts';
import { matchAudience } from './match.ts';
import type { AudienceSelectors } from './selectors.ts';

export interface AudienceMember {
  readonly device: Device;
  /** As `matchAudience` has them. */
  readonly reasons: readonly string[];
}

/** The devices that belong to an audience, and why: three statements, however many they are. */
export async function listAudienceMembers(
  context: ReadContext,
  selectors: AudienceSelectors,
  page: Page<DeviceSortField>,
): Promise<Listed<AudienceMember>> {
  const { items, total } = await listDevices(context, { idIn: idsOfAudience(context, selectors) }, page);
  const users = await usersByIds(
    context,
    items.flatMap(({ user }) => user?.id ?? []),
  );
  return {
    items: items.map((device) => ({
      device,
      reasons: matchAudience(selectors, device, device.user ? users.get(device.user.id) : undefined),
    })),
    total,
  };
}

/**
 * The devices that would belong to an audience with these selectors. Faults: `featureNotInPlan`, `invalidInput` (a device or user that the
 * organization does not have).
 */
export async function previewSelectors(
  context: ReadContext,
  selectors: AudienceSelectors,
  page: Page<DeviceSortField>,
): Promise<Listed<AudienceMember>> {
  requireFeature(context.scope, 'audiences');
  await refuseUnknown(context, selectors);
  return listAudienceMembers(context, selectors, page);
}
