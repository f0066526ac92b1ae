import type { CombineRule } from '../engine/index.ts';

/** What can be done to a node. */
export type Verb = 'Add' | 'Delete' | 'Get' | 'Replace' | 'Exec';

/** How a node's value travels; `node` holds other nodes and has no value, `null` has none at all. */
export const nodeFormats = [
  'int',
  'bool',
  'chr',
  'b64',
  'bin',
  'xml',
  'null',
  'node',
  'time',
  'date',
  'float',
] as const;
export type NodeFormat = (typeof nodeFormats)[number];

/** What a node takes. Numbers are written as text, because some are beyond 2^53. */
export type AllowedValues =
  /** One of these; each with what it means, where that is known. */
  | { readonly kind: 'enum'; readonly values: Readonly<Record<string, string>> }
  /** Any sum of these bits, in decimal or as `0x…`. */
  | { readonly kind: 'flags'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  /** A regular expression, in .NET's words. */
  | { readonly kind: 'pattern'; readonly pattern: string }
  /** `<enabled/>` with the data elements of a group policy, or `<disabled/>`; which one, where that is known. */
  | { readonly kind: 'admx'; readonly policy?: string };

/**
 * One node of a configuration service provider (CSP): a place in the tree that Windows is managed by. The words are those of Microsoft's DDF
 * files.
 * @see https://learn.microsoft.com/windows/client-management/mdm/configuration-service-provider-ddf
 */
export interface CspNode {
  /** With `./Device` or `./User` in front, or another root. A segment whose name is free is written as `{What it is}`. */
  readonly path: string;
  readonly format: NodeFormat;
  readonly access: readonly Verb[];
  /** For people. */
  readonly title?: string;
  /** Absent: anything that the format can hold. */
  readonly allowed?: AllowedValues;
  /** The value is a list of allowed ones with this between them. */
  readonly delimiter?: string;
  /** What counts where nothing is set, as it travels. */
  readonly default?: string;
  /** Since which builds it exists, one for each line of Windows that got it: `10.0.22621.1480`. Absent: not known. */
  readonly builds?: readonly string[];
  /** The numbers of the editions that have it. Absent: not known. */
  readonly editions?: readonly number[];
  /** What becomes of different values that equally strong policies give it. Absent: not known, so there is no way to combine them. */
  readonly combine?: CombineRule;
  /** It and what is below it is to be set in one piece. */
  readonly atomic?: true;
  /** A change counts after a restart, which the device makes by itself or leaves to the server. */
  readonly reboot?: 'automatic' | 'serverInitiated';
  readonly deprecated?: true;
  /** Windows tells the value in other words than it was set in, such as with its keys encrypted: that it is there is all that can be seen. */
  readonly rewritten?: true;
  /** Who names what lies in a segment that is free: the server, which can so remove it whole, or the device. */
  readonly named?: 'byServer' | 'byDevice';
}

/** Nodes below `./User` belong to a user and can be reached only while one is signed in. */
export function needsUser({ path }: Pick<CspNode, 'path'>): boolean {
  return path.toLowerCase().startsWith('./user/');
}

/** Whether a segment of a node's path stands for any name. */
export function isFree(segment: string): boolean {
  return segment.startsWith('{');
}

/**
 * The place of every group policy that an ADMX file brings, and of every policy of which no more is known: a way to write a path, about
 * which nothing else can be told.
 */
export function isAnyPolicy({ path }: Pick<CspNode, 'path'>): boolean {
  return /\/Policy\/(?:Config|Result)\/\{[^/]*\}\/\{[^/]*\}$/i.test(path);
}
