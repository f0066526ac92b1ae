import type { Violation } from '../../kernel/fault.ts';
import type { Json } from '../../kernel/json.ts';
import { normaliseLocUri } from '../engine/index.ts';
import { verbsOf } from './access.ts';
import { mismatch } from './allowed-values.ts';
import type { Catalogue } from './catalogue.ts';
import { isAnyPolicy, type CspNode } from './node.ts';
import { whyReserved } from './reserved-nodes.ts';
import { similarNode } from './similar-node.ts';
import { wantedValue } from './value.ts';

/** A value that a policy wants a node to have. */
export interface WantedSetting {
  /** Its place in the policy's document, such as `omaSettings[2].value`. */
  readonly place: string;
  readonly uri: string;
  /** In a form that `nodeFormat` knows; undefined when it is kept secret. */
  readonly value: Json | undefined;
}

/** Something about a policy that an administrator should know and that nobody is refused for. */
export interface PolicyWarning {
  readonly path: string;
  readonly kind:
    /** The catalogue does not have the node, so that nothing is checked. */
    | 'unknownNode'
    /** The node cannot be set, or no policy may set it. */
    | 'notSettable'
    /** The node takes other values: the policy was saved before the catalogue knew. */
    | 'wrongValue'
    | 'deprecated';
  /** For people. */
  readonly message: string;
}

/** The values that their nodes do not take. What cannot be set is not delivered, so its value does not matter. */
export function checkConfig(catalogue: Catalogue, wanted: readonly WantedSetting[]): Violation[] {
  return wanted.flatMap(({ place, uri, value }) => {
    const { key } = normaliseLocUri(uri);
    if (key === '.') return [{ path: place, message: 'belongs to no node: its path is empty' }];
    const node = catalogue.find(key);
    const given = value === undefined ? undefined : wantedValue(value);
    if (!node || !given || isAnyPolicy(node) || unsettable(node, key) !== undefined) return [];
    const message = mismatch(node, given);
    return message === undefined ? [] : [{ path: place, message }];
  });
}

/** To find what was probably meant takes a while. */
const hintsAtMost = 50;

/** At most one warning for each setting. */
export function warningsOf(catalogue: Catalogue, wanted: readonly WantedSetting[]): PolicyWarning[] {
  let hints = 0;
  return wanted.flatMap(({ place, uri, value }): PolicyWarning[] => {
    const { locUri, key } = normaliseLocUri(uri);
    const node = catalogue.find(key);
    const warning = (kind: PolicyWarning['kind'], message: string) => [{ path: place, kind, message }];
    const reason = unsettable(node, key);
    if (reason !== undefined) return warning('notSettable', `Devices do not get it from a policy. ${reason}`);
    if (!isKnown(node, key)) {
      const hint = ++hints <= hintsAtMost ? similarNode(catalogue, locUri, key) : undefined;
      const message = 'The catalogue does not have this setting, so its value is not checked.';
      return warning('unknownNode', hint === undefined ? message : `${message} Did you mean ${hint}?`);
    }
    const [violation] = checkConfig(catalogue, [{ place, uri, value }]);
    if (violation) return warning('wrongValue', `The value ${violation.message}.`);
    return node.deprecated ? warning('deprecated', 'Microsoft has deprecated this setting.') : [];
  });
}

/** The node that an OMA-URI in any spelling means; where the catalogue knows nothing of it, the path that is probably meant. */
export function findNode(
  catalogue: Catalogue,
  uri: string,
): CspNode | { readonly similar: string | undefined } {
  const { locUri, key } = normaliseLocUri(uri);
  const node = catalogue.find(key);
  return isKnown(node, key) ? node : { similar: similarNode(catalogue, locUri, key) };
}

/** An area with a tilde is one that an ADMX file brings; no list has its policies. */
function isKnown(node: CspNode | undefined, key: string): node is CspNode {
  return node !== undefined && (!isAnyPolicy(node) || key.split('/').at(-2)!.includes('~'));
}

function unsettable(node: CspNode | undefined, key: string): string | undefined {
  const reason = whyReserved(key, 'policies');
  if (reason !== undefined) return reason;
  const { set, exec } = verbsOf(node);
  if (set.length > 0) return undefined;
  return exec ? 'It is an order: give it as a command.' : 'It can only be read from devices.';
}
