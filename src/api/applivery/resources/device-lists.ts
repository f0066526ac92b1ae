import { Type, type Static } from 'typebox';
import { listDevices, type DeviceSortField, type Platform } from '../../../devices/index.ts';
import { idsOfDevicesWithPolicy } from '../../../policies/index.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { HexId, idOf, PageQuery, readPageBy } from '../shapes.ts';
import { Tag } from './device-shape.ts';
import { segmentQuery, segmentsOf } from './segment-query.ts';

/** A whole device can be megabytes, most of it what it reported. */
const largestPage = 200;

/** What the lists of whole devices say of themselves. */
export const wholeDevices = `Whole devices, so a page has at most ${largestPage}, whatever limit asks for.`;

/** The vendor's names of what lists of devices can be sorted by. */
const deviceSorts = {
  createdAt: 'createdAt',
  updatedAt: 'updatedAt',
  displayName: 'displayName',
  state: 'state',
  'summary.serialNumber': 'serialNumber',
  enrolledDate: 'enrolledAt',
  lastStatusReportTime: 'lastStatusReportAt',
} as const satisfies Record<string, DeviceSortField>;

/** Faults: `invalidInput`. */
export const readDevicePage = (query: Static<typeof PageQuery>) => readPageBy(query, deviceSorts);

export const TagsQuery = Type.Optional(
  Type.Array(Tag, { maxItems: 256, description: 'Only devices with at least one of these tags' }),
);

/** What the lists of a platform's devices can be asked for. */
export const PlatformDevicesQuery = Type.Object({
  ...PageQuery.properties,
  'mdm-user': Type.Optional(HexId('Only devices of this MDM user')),
  'show-deleted': Type.Optional(Type.Boolean({ description: 'Deleted devices too' })),
  tags: TagsQuery,
  ...segmentQuery,
});

/** A page of a platform's devices; with a policy, of those that have it. Faults: `invalidInput`, `notFound` (a segment). */
export async function pageOfPlatform(
  read: ReadContext,
  platform: Platform,
  query: Static<typeof PlatformDevicesQuery>,
  policyId?: string,
) {
  const page = readDevicePage({ ...query, limit: Math.min(query.limit ?? 10, largestPage) });
  const userId = query['mdm-user'];
  const filter = {
    platform,
    userId: userId === undefined ? undefined : idOf(userId, 'MDM user'),
    includeDeleted: query['show-deleted'],
    tags: query.tags,
    segments: await segmentsOf(read, query),
    idIn: devicesWithPolicy(read, policyId),
  };
  return { ...(await listDevices(read, filter, page)), page };
}

/** The filter of devices that have a policy, where one is named. */
export function devicesWithPolicy(read: ReadContext, policyId: string | undefined) {
  return policyId === undefined ? undefined : idsOfDevicesWithPolicy(read, [idOf(policyId, 'Policy')]);
}
