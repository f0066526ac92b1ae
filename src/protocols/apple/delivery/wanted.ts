import type { ResolvedSetting } from '../../../policies/index.ts';
import type { Declaration } from '../declarations/declaration.ts';

/** The settings of one item, in the order of their keys. */
export interface ItemSettings {
  /** See `appleItemOf`. */
  readonly item: string;
  readonly settings: readonly ResolvedSetting[];
}

interface WantedItem {
  readonly item: string;
  /** By which the device knows it. */
  readonly identifier: string;
  /** Another content has another hash. */
  readonly hash: string;
  /** Of the settings that it carries. */
  readonly keys: readonly string[];
}

export interface WantedProfile extends WantedItem {
  readonly via: 'profile';
  readonly channel: 'device' | 'user';
  /** The `PayloadUUID`, which the device tells in its list of profiles. Two versions of a profile that somebody else made may have the same. */
  readonly uuid: string;
  readonly displayName: string;
  /** Whether the profile leaves it to the user to remove it. The server can always. */
  readonly removable: boolean;
  /** What `InstallProfile` sends. */
  readonly bytes: Uint8Array;
}

export interface WantedDeclaration extends WantedItem {
  readonly via: 'declaration';
  readonly channel: 'device';
  /** The configuration, whose identifier and token are the item's, and what activates it. */
  readonly declarations: readonly Declaration[];
  /** What the device fetches, and then lists among its profiles; undefined for a declaration that says all itself. */
  readonly profile?: Pick<WantedProfile, 'identifier' | 'hash' | 'bytes'>;
}

export type Wanted = WantedProfile | WantedDeclaration;

/** Settings that the device could take and that cannot be sent as they are. */
export interface Undeliverable {
  readonly item: string;
  readonly keys: readonly string[];
  /** For people. */
  readonly reason: string;
}

/** What became of an item's settings: each key is in the one or in the other. */
export interface Made<Kind extends Wanted> {
  readonly wanted?: Kind;
  readonly undeliverable: readonly Undeliverable[];
}
