import type { Id } from '../../../kernel/id.ts';
import type { DeliveredItem, Delivery } from '../../../policies/index.ts';
import type { Format, NodeData } from '../dm-command.ts';
import type { MsiPackage } from './msi-package.ts';

/** How it is seen whether a PC has an item. */
export type Check =
  /** The node's value, of which this is a digest (see `digestOfNode`), is read back. */
  | {
      readonly kind: 'value';
      readonly format: Format;
      readonly expected: string;
      /** Whether it is known that Windows has such a node: then one that is not there is a failure. */
      readonly isKnown: boolean;
    }
  /** The node has no value, or tells another one than it was given; that it is there is enough. */
  | { readonly kind: 'presence'; readonly isKnown: boolean }
  /** The installation tells how far it is. */
  | { readonly kind: 'installation' }
  /** It cannot be read back, for this reason. */
  | { readonly kind: 'none'; readonly reason: string };

interface WantedThing {
  /** The name under which it is kept: the setting's key; `admx/…` of an ADMX file, `application/…` of a package. */
  readonly item: string;
  /** For people. */
  readonly title: string;
  readonly locUri: string;
  /** Another content has another. */
  readonly version: string;
  /** A digest of the value of each setting that it carries, by the setting's key. */
  readonly values: Readonly<Record<string, string>>;
  readonly check: Check;
}

/** What a node shall hold: at hand, or looked up when it is sent, because it is secret or large. */
type WantedContent =
  | { readonly kind: 'data'; readonly value: NodeData }
  /** A reference to a secret, whose value has this format. */
  | { readonly kind: 'secret'; readonly format: string; readonly reference: string }
  | { readonly kind: 'admx'; readonly id: Id };

/** A node that a PC shall have. */
export interface WantedNode extends WantedThing {
  readonly kind: 'node' | 'admx';
  /** What sets it: the next one when the PC answers that the one before does not fit. */
  readonly verbs: readonly ['Add' | 'Replace', ...('Add' | 'Replace')[]];
  readonly content: WantedContent;
  /** Nodes of one group are set in one piece. */
  readonly group?: string;
  /** Of which ADMX files it is: see `ingestedFrom`. They must be there before. */
  readonly needs?: string;
}

/** A package of the Windows Installer that a PC shall have. */
export interface WantedApplication extends WantedThing {
  readonly kind: 'application';
  readonly assetId: Id;
  readonly package: MsiPackage;
}

export type WantedItem = WantedNode | WantedApplication;

/** What of the desired state a PC cannot have, or not by its management protocol. */
export interface Skipped {
  readonly item: string;
  readonly values: Readonly<Record<string, string>>;
  /** For people. */
  readonly reason: string;
}

/** All that a PC shall have, in the order in which it is set, and what of it it cannot have. */
export interface Wanted {
  readonly items: readonly WantedItem[];
  readonly skipped: readonly Skipped[];
}

/** A failure of a command, as the PC told it. */
interface Failure {
  readonly at: string;
  readonly status: number;
}

/** What is known of an item of a PC besides what is known of every item. */
export interface ItemDetails {
  readonly kind: WantedItem['kind'];
  readonly title: string;
  readonly locUri: string;
  /** By which it is set, and by which it can be. */
  readonly verb: 'Add' | 'Replace' | 'Exec';
  readonly verbs?: readonly ('Add' | 'Replace')[];
  /** How often it was set anew. */
  readonly turn: number;
  readonly check: Check;
  /** The CmdID under which it is on its way; null when it is not. */
  readonly told: string | null;
  /** The CmdID of the Atomic in which it is on its way. */
  readonly piece?: string;
  /** The PC took it once, so that it must go when nobody wants it any more. */
  readonly has: boolean;
  /** In this turn it was sent a second time, in another way. */
  readonly isSecond?: true;
  /** The CmdID under which the PC took it and does it later. */
  readonly laterId?: string;
  /** How often it was to be read back, without an answer. */
  readonly asked?: number;
  /** The version, edition and enrolment under which the PC refused it; under others it is tried again. */
  readonly refusedOn?: string;
  readonly status?: number;
  readonly originalError?: string;
  /** The last ones. */
  readonly failures?: readonly Failure[];
}

export type Item = Omit<DeliveredItem, 'details'> & { readonly details: ItemDetails };
export type Items = Readonly<Record<string, Item>>;

/** Items of Windows PCs are written by this folder alone. */
export function itemsOf(delivery: Delivery): Items {
  return delivery.items as unknown as Items;
}

export function withItems(delivery: Delivery, items: Items): Delivery {
  return { ...delivery, items: items as unknown as Delivery['items'] };
}
