import type { InventoryPart } from '../../../devices/inventory/index.ts';

/** The parts of the inventory that Windows has. */
export type WindowsPart = Extract<InventoryPart, 'device' | 'security' | 'applications' | 'certificates'>;

/** A node that a PC is asked for, as it is declared. A PC that does not know it answers 404, which says nothing more. */
export interface InventoryNode {
  /** Of its command: `i` and this is the CmdID. */
  readonly name: string;
  readonly locUri: string;
  /** Where the answer is kept. */
  readonly part: WindowsPart;
}

/** A node that tells the names of its children, which are asked for in their turn. */
export interface InventoryList extends InventoryNode {
  /** What each child is asked for. */
  readonly properties: readonly string[];
  /** So many children are asked for at most. */
  readonly most: number;
}

export type InventoryItem = InventoryNode | InventoryList;

export function isList(item: InventoryItem): item is InventoryList {
  return 'properties' in item;
}

/** Declares the nodes below one that are asked for, by their names in commands. */
export function nodes<const Below extends Readonly<Record<string, string>>>(
  part: WindowsPart,
  parent: string,
  below: Below,
): { readonly [Name in keyof Below]: InventoryNode } {
  return Object.fromEntries(
    Object.entries(below).map(([name, path]) => [name, { name, locUri: `${parent}/${path}`, part }]),
  ) as { [Name in keyof Below]: InventoryNode };
}
