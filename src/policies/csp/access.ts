import { normaliseLocUri } from '../engine/index.ts';
import type { Catalogue } from './catalogue.ts';
import type { CspNode, NodeFormat, Verb } from './node.ts';
import { whyReserved } from './reserved-nodes.ts';
import { dataOf } from './value.ts';

/** What can be done to a node. */
export interface Verbs {
  /** By which commands a value is set: the next one when the device answers that the one before does not fit (404, 405 or 418). Empty when it cannot be set. */
  readonly set: readonly Extract<Verb, 'Add' | 'Replace'>[];
  readonly delete: boolean;
  readonly get: boolean;
  readonly exec: boolean;
}

/** Of a node that is not known everything but Exec is tried. */
export function verbsOf(node: CspNode | undefined): Verbs {
  if (!node) return { set: ['Replace', 'Add'], delete: true, get: true, exec: false };
  const can = (verb: Verb) => node.access.includes(verb);
  return {
    set: (['Replace', 'Add'] as const).filter(can),
    delete: can('Delete'),
    get: can('Get'),
    exec: can('Exec'),
  };
}

/** How a value that was delivered is taken back. */
export interface Removal {
  /**
   * The whole that the value is a part of and that the server made, such as a VPN profile or a firewall rule. It is deleted when nothing
   * below it is wanted any more, because what is wanted would go with it.
   */
  readonly unit: string | null;
  /** What is done to the node itself where there is no such whole, or something else in it stays. */
  readonly alone:
    | { readonly kind: 'delete' }
    /** It cannot be deleted, but set to what counts where nothing is set. */
    | { readonly kind: 'replace'; readonly format: NodeFormat; readonly data: string }
    /** It stays on the device. `reason` is for people. */
    | { readonly kind: 'retained'; readonly reason: string };
}

/** How the value of a node is taken back. A node that is not known is deleted, and the device says whether it can be. */
export function removalOf(catalogue: Catalogue, path: string): Removal {
  const { locUri, key } = normaliseLocUri(path);
  const reason = whyReserved(key, 'policies');
  if (reason !== undefined) return { unit: null, alone: { kind: 'retained', reason } };
  return { unit: unitOf(catalogue, locUri, key), alone: removalAlone(catalogue.find(key)) };
}

function removalAlone(node: CspNode | undefined): Removal['alone'] {
  const { delete: canDelete, set } = verbsOf(node);
  if (canDelete) return { kind: 'delete' };
  const preset = node?.default === undefined ? undefined : dataOf(node, node.default);
  if (preset !== undefined && set.includes('Replace')) {
    return { kind: 'replace', format: node!.format, data: preset };
  }
  return {
    kind: 'retained',
    reason: 'Windows has no way to take this value back, and what counts without it is not known.',
  };
}

/** Here names are free as well, but what lies below one of them belongs together in another way, or is not made for a policy. */
const neverWhole = /^\.\/(?:device|user)\/vendor\/msft\/(?:dmclient|nodecache|policy\/(?:config|result))\//;

/** The uppermost part of a path that the server gave its name and that can be deleted. */
function unitOf(catalogue: Catalogue, locUri: string, key: string): string | null {
  if (neverWhole.test(key)) return null;
  const unit = catalogue.wayTo(key).find(({ node }) => node.named === 'byServer' && verbsOf(node).delete);
  return unit ? locUri.split('/').slice(0, unit.segments).join('/') : null;
}
