import type { DeviceResponse } from '../../transport.ts';
import type { WindowsHardware } from '../hardware.ts';
import type { PendingAlert } from '../state.ts';
import type { NodeFormat, NodeStore } from './store.ts';
import { keyOf } from './uri.ts';

/** What became of one item of a command. */
export interface Outcome {
  /** Undefined where the device tells nothing any more. */
  readonly status: number | undefined;
  readonly originalError?: string;
  readonly format?: NodeFormat;
  readonly data?: string;
}

/** What a node may look at and do. */
export interface NodeContext {
  readonly hardware: WindowsHardware;
  readonly store: NodeStore;
  /** By which the provider of this enrolment is named. */
  readonly providerId: string;
  readonly random: (size: number) => Buffer;
  readonly clock: () => Date;
  /** Anonymously. */
  readonly download: (url: string) => Promise<DeviceResponse>;
  /** What another node comes to. */
  readonly read: (
    segments: readonly string[],
  ) => { readonly format: NodeFormat; readonly data: string } | undefined;
  /** Goes on after the session. */
  readonly begin: (work: () => Promise<void>) => void;
  readonly tell: (alert: PendingAlert) => void;
  /** At the end of the session. */
  readonly restart: () => void;
  readonly setUpAnew: () => void;
  readonly erase: () => void;
  readonly leave: () => void;
}

/** A node, or all nodes of one place, as the documentation of its service provider has it. */
export interface NodeRule {
  /** `{name}` stands for any segment. */
  readonly uri: string;
  /** More than one where the same place takes several. */
  readonly formats: readonly NodeFormat[];
  /** Of Add, Delete, Get, Replace, Exec: their initials. */
  readonly access: string;
  /** It is always there, with this value until another is set. */
  readonly initial?: string;
  /** Replace adds it where it is not there. */
  readonly isMadeByReplace?: boolean;
  /** What Get answers, in place of what was set. Undefined: there is no such node. */
  read?(context: NodeContext, segments: readonly string[]): string | undefined;
  /** Looks at what is set; what it answers other than 2xx is not kept. */
  set?(context: NodeContext, segments: readonly string[], data: string): Outcome | undefined;
  exec?(context: NodeContext, segments: readonly string[], data: string, commandId: string): Outcome;
  removed?(context: NodeContext, segments: readonly string[]): void;
}

/** Rules by the segments of their addresses. */
export interface RuleTree {
  readonly name: string;
  /** The server gives its name, or one above it: it is there only since something was put there. */
  readonly isDynamic: boolean;
  readonly children: Map<string, RuleTree>;
  wildcard: RuleTree | undefined;
  rule: NodeRule | undefined;
}

function newTree(name: string, isDynamic: boolean): RuleTree {
  return { name, isDynamic, children: new Map(), wildcard: undefined, rule: undefined };
}

export function ruleTree(rules: readonly NodeRule[]): RuleTree {
  const root = newTree('', false);
  for (const rule of rules) {
    let at = root;
    for (const segment of rule.uri.slice(2).split('/')) {
      if (segment.startsWith('{')) {
        at = at.wildcard ??= newTree(segment, true);
      } else {
        const key = keyOf([segment]);
        const next = at.children.get(key) ?? newTree(segment, at.isDynamic);
        at.children.set(key, next);
        at = next;
      }
    }
    at.rule = rule;
  }
  return root;
}

/** The place of these segments: a name before a wildcard, with a way back where the name leads nowhere. */
export function findPlace(at: RuleTree, segments: readonly string[], from = 0): RuleTree | undefined {
  const segment = segments[from];
  if (segment === undefined) return at;
  const named = at.children.get(keyOf([segment]));
  return (
    (named && findPlace(named, segments, from + 1)) ??
    (at.wildcard && findPlace(at.wildcard, segments, from + 1))
  );
}
