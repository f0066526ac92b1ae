import type { DmAccount } from '../../../devices/dm-accounts/index.ts';
import type { Device } from '../../../devices/index.ts';
import type { Items as ReferredItems } from '../../../policies/index.ts';
import { shortDigest } from './command-ids.ts';
import { revisionsOf } from './sources.ts';

/** All on which it depends what a PC shall have and takes. */
export interface Basis {
  readonly documentKey: string | null;
  readonly circumstances: string;
  /** The version of the catalogue. */
  readonly catalogue: number;
  readonly referred: ReferredItems;
}

/** Stands for all on which it depends what a PC shall have: while it stays the same there is nothing to work out. */
export function basisOf({ documentKey, circumstances, catalogue, referred }: Basis): string {
  return `${documentKey} ${shortDigest(circumstances, String(catalogue), revisionsOf(referred))}`;
}

/** Under which a PC refuses something: it may take it under others. */
export function circumstancesOf(
  { summary }: Pick<Device, 'summary'>,
  { enrolledAt }: Pick<DmAccount, 'enrolledAt'>,
): string {
  return [summary.osVersion ?? '', summary.details?.edition ?? '', enrolledAt.toISOString()].join(' ');
}

/** Of a document that refers to nothing. */
export const nothingReferred: ReferredItems = {
  applications: new Map(),
  admxConfigs: new Map(),
  assets: new Map(),
};
