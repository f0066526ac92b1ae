import type { System } from '../../../policies/index.ts';

export type AppleSystem = Exclude<System, 'windows'>;

/** What decides in which form a device gets its settings. */
export interface DeviceFacts {
  /** 24 digits: a part of every identifier, so that two organizations never share one. */
  readonly organizationHex: string;
  readonly system: AppleSystem;
  /** Undefined while the device has not told. */
  readonly osVersion: string | undefined;
  readonly supervised: boolean | undefined;
  /** The types of configurations that the device says it supports; undefined while it has not told. */
  readonly declarations: readonly string[] | undefined;
  /** The status items that it says it supports. */
  readonly statusItems?: readonly string[] | undefined;
  /** Where the device fetches a profile that is declared, by the profile's hash; undefined where it can fetch none. */
  readonly profileUrl?: ((hash: string) => string) | undefined;
}
