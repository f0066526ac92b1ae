import { Type } from 'typebox';
import type { DeviceSortField } from '../../../devices/index.ts';
import { Tag } from './device-shape.ts';

/** A whole device can be megabytes, most of it what it reported. */
export const largestPage = 200;

/** The vendor's names of what lists of devices can be sorted by. */
export const deviceSorts = {
  createdAt: 'createdAt',
  updatedAt: 'updatedAt',
  displayName: 'displayName',
  state: 'state',
  'summary.serialNumber': 'serialNumber',
  enrolledDate: 'enrolledAt',
  lastStatusReportTime: 'lastStatusReportAt',
} as const satisfies Record<string, DeviceSortField>;

export const deviceSortNames = Object.keys(deviceSorts) as [keyof typeof deviceSorts];

export const TagsQuery = Type.Optional(
  Type.Array(Tag, { maxItems: 256, description: 'Only devices with at least one of these tags' }),
);
