import { readXml } from '../xml/read-xml.ts';
import { findPlace, type NodeContext, type NodeRule, type Outcome, type RuleTree } from './rules.ts';
import { childNames, put, removeSubtree, type NodeFormat, type StoredNode } from './store.ts';
import { keyOf } from './uri.ts';

export type Verb = 'Add' | 'Delete' | 'Exec' | 'Get' | 'Replace';

export interface Operation {
  readonly verb: Verb;
  readonly commandId: string;
  readonly segments: readonly string[];
  readonly format: NodeFormat | undefined;
  readonly data: string | undefined;
}

/** The place of a node: what is declared of it, and what is set there. */
interface Place {
  readonly segments: readonly string[];
  readonly rule: NodeRule | undefined;
  readonly tree: RuleTree;
  readonly stored: StoredNode | undefined;
}

const initialOf: Readonly<Record<Verb, string>> = {
  Add: 'A',
  Delete: 'D',
  Exec: 'X',
  Get: 'G',
  Replace: 'R',
};

/** Does what a command asks of one node, by the rules of its place. */
export function operate(context: NodeContext, trees: readonly RuleTree[], operation: Operation): Outcome {
  const { verb, segments } = operation;
  const place = placeOf(context, trees, segments);
  if (!place) return { status: 404 };
  const { rule } = place;
  if (!accessOf(place).includes(initialOf[verb])) {
    const isPlainLeaf = verb === 'Exec' && rule !== undefined;
    return { status: isPlainLeaf ? 425 : 405 };
  }
  switch (verb) {
    case 'Get':
      return get(context, trees, place);
    case 'Add':
      return isThere(context, place) ? { status: 418 } : set(context, place, operation);
    case 'Replace':
      return rule?.isMadeByReplace || isThere(context, place)
        ? set(context, place, operation)
        : { status: 404 };
    case 'Delete':
      return remove(context, place);
    case 'Exec':
      return rule!.exec!(context, segments, operation.data ?? '', operation.commandId);
  }
}

/** What a node comes to, where it has a value. */
export function valueAt(
  context: NodeContext,
  trees: readonly RuleTree[],
  segments: readonly string[],
): { readonly format: NodeFormat; readonly data: string } | undefined {
  const place = placeOf(context, trees, segments);
  if (!place) return undefined;
  const { rule, stored } = place;
  const data = rule?.read ? rule.read(context, segments) : (stored?.data ?? rule?.initial);
  return data === undefined ? undefined : { data, format: stored?.format ?? rule?.formats[0] ?? 'chr' };
}

function placeOf(
  { store }: NodeContext,
  trees: readonly RuleTree[],
  segments: readonly string[],
): Place | undefined {
  const found = trees.map((root) => findPlace(root, segments)).filter((place) => place !== undefined);
  const tree = found.find(({ rule }) => rule) ?? found[0];
  return tree && { segments, tree, rule: tree.rule, stored: store.nodes.get(keyOf(segments)) };
}

/** Names that a server gives can be added and removed; names that are fixed only hold others. */
function accessOf({ rule, tree }: Place): string {
  if (rule) return rule.access;
  return tree.name.startsWith('{') ? 'ADG' : 'G';
}

function isThere(context: NodeContext, { rule, stored, segments }: Place): boolean {
  if (stored || rule?.initial !== undefined) return true;
  return rule?.read?.(context, segments) !== undefined;
}

function get(context: NodeContext, trees: readonly RuleTree[], place: Place): Outcome {
  const { segments, rule, tree, stored } = place;
  const isInterior = tree.children.size > 0 || tree.wildcard !== undefined;
  if (rule && !isInterior) {
    const value = valueAt(context, trees, segments);
    return value ? { status: 200, ...value } : { status: 404 };
  }
  const listed = rule?.read?.(context, segments);
  if (listed !== undefined) return { status: 200, format: 'node', data: listed };
  const fixed = [...tree.children.values()]
    .filter((child) => isAlwaysThere(context, child, [...segments, child.name]))
    .map(({ name }) => name);
  const names = new Map(
    [...fixed, ...childNames(context.store, segments)].map((name) => [name.toLowerCase(), name]),
  );
  if (tree.isDynamic && names.size === 0 && !stored) return { status: 404 };
  return { status: 200, format: 'node', data: [...names.values()].map(encodeURIComponent).join('/') };
}

function isAlwaysThere(
  context: NodeContext,
  { rule, isDynamic }: RuleTree,
  segments: readonly string[],
): boolean {
  if (!rule) return !isDynamic;
  return rule.initial !== undefined || rule.read?.(context, segments) !== undefined;
}

function set(context: NodeContext, place: Place, { format, data = '' }: Operation): Outcome {
  const { rule, segments } = place;
  const sent = format ?? (rule ? 'chr' : 'node');
  const isTaken = rule ? rule.formats.includes(sent) && isOfFormat(sent, data) : sent === 'node';
  if (!isTaken) return { status: 415 };
  const outcome = rule?.set?.(context, segments, data) ?? { status: 200 };
  if (outcome.status! < 300) put(context.store, { segments, format: sent, data });
  return outcome;
}

function remove(context: NodeContext, { rule, segments }: Place): Outcome {
  const isRemoved = removeSubtree(context.store, segments);
  if (!isRemoved && rule?.initial === undefined) return { status: 404 };
  rule?.removed?.(context, segments);
  return { status: 200 };
}

function isOfFormat(format: NodeFormat, data: string): boolean {
  switch (format) {
    case 'int':
      return /^-?\d+$/.test(data);
    case 'bool':
      return /^(true|false|0|1)$/i.test(data);
    case 'b64':
      return Buffer.from(data, 'base64').toString('base64') === data.replaceAll(/\s/g, '');
    case 'xml':
      return isXml(data);
    case 'null':
    case 'node':
      return data === '';
    case 'float':
      return /^-?\d+(\.\d+)?$/.test(data);
    case 'chr':
    case 'bin':
    case 'time':
    case 'date':
      return true;
  }
}

function isXml(data: string): boolean {
  try {
    readXml(data, 'the data', { takesCdata: true });
    return true;
  } catch {
    return false;
  }
}
