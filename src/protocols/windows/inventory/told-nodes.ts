import type { JsonObject } from '../../../kernel/json.ts';
import { isList, type InventoryItem, type InventoryList } from './item.ts';

/** What a PC told of a part of its inventory: values as it writes them, by the paths of their nodes. Of a list: its children's names. */
export type ToldNodes = ReadonlyMap<string, string>;

/** Of what is kept of a part. What is no text is not ours. */
export function toldNodes(content: JsonObject | undefined): ToldNodes {
  const entries = Object.entries(content ?? {});
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** The children that a PC told of a list, as their names are in paths. */
export function childrenOf(list: InventoryList, told: ToldNodes): string[] {
  return childrenIn(told.get(list.locUri) ?? '', list);
}

/** The children of an interior node are its value: their names, joined by slashes. */
export function childrenIn(value: string, { most }: InventoryList): string[] {
  return [...new Set(value.split('/').filter((name) => name !== ''))].slice(0, most);
}

/** A question of a PC. */
export interface Question {
  /** The CmdID. */
  readonly id: string;
  readonly locUri: string;
}

/** What a PC is asked for an item: the node, or the list and, once it has told that, its children. */
export function questionsOf(item: InventoryItem, told: ToldNodes): Question[] {
  const own = { id: `i${item.name}`, locUri: item.locUri };
  return isList(item) ? [own, ...questionsOfChildren(item, told)] : [own];
}

function questionsOfChildren(list: InventoryList, told: ToldNodes): Question[] {
  return childrenOf(list, told).flatMap((child, index) =>
    list.properties.map((property) => ({
      id: `i${list.name}.${index}.${property}`,
      locUri: `${list.locUri}/${child}/${property}`,
    })),
  );
}
