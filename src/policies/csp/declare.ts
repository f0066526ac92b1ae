import type { AllowedValues, CspNode, NodeFormat, Verb } from './node.ts';

/** What is said of a node beside its place. Adding, deleting, reading and replacing are possible where nothing else is said. */
export type NodeFacts = Omit<CspNode, 'path' | 'access' | 'default' | 'allowed'> & {
  /** The first letters of the verbs. */
  readonly access?: string;
  readonly default?: string | number | boolean;
  readonly allowed?: AllowedValues;
};

/** What may be said of a node whose format is said. */
type More = Partial<Omit<NodeFacts, 'format'>>;

/** A number with a meaning. */
export function choice(values: Readonly<Record<string, string>>, more: More = {}): NodeFacts {
  return { format: 'int', allowed: { kind: 'enum', values }, ...more };
}

/** 0 forbids something and 1 allows it; the stricter value is the one that forbids. */
export function allow(more: More = {}): NodeFacts {
  return choice({ 0: 'Not allowed', 1: 'Allowed' }, { default: 1, combine: 'smaller', ...more });
}

/** 1 demands or restricts something, 0 does not; the stricter value is the one that does. */
export function restrict(more: More = {}): NodeFacts {
  return choice({ 0: 'Off', 1: 'On' }, { default: 0, combine: 'larger', ...more });
}

/** 0 switches something off and 1 on; neither is always the stricter one. */
export function toggle(more: More = {}): NodeFacts {
  return choice({ 0: 'Disabled', 1: 'Enabled' }, more);
}

/** Days, as Windows numbers them where a schedule needs one. */
export const days: Readonly<Record<string, string>> = {
  0: 'Every day',
  1: 'Sunday',
  2: 'Monday',
  3: 'Tuesday',
  4: 'Wednesday',
  5: 'Thursday',
  6: 'Friday',
  7: 'Saturday',
};

/** A number of the range; any number without one. */
export function number(range?: readonly [from: number, to: number], more: More = {}): NodeFacts {
  return {
    format: 'int',
    ...(range && { allowed: { kind: 'range', from: range[0], to: range[1] } }),
    ...more,
  };
}

export function flags(values: Readonly<Record<string, string>>, more: More = {}): NodeFacts {
  return { format: 'int', allowed: { kind: 'flags', values }, ...more };
}

export function of(format: NodeFormat, more: More = {}): NodeFacts {
  return { format, ...more };
}

export function bool(more: More = {}): NodeFacts {
  return of('bool', more);
}

export function text(more: More = {}): NodeFacts {
  return of('chr', more);
}

/** A group policy: its value is `<enabled/>` with data elements, or `<disabled/>`. */
export function groupPolicy(more: More = {}): NodeFacts {
  return { format: 'chr', allowed: { kind: 'admx' }, ...more };
}

/** What is read from devices. */
export function reported(format: NodeFormat = 'chr', more: More = {}): NodeFacts {
  return of(format, { access: 'G', ...more });
}

/** What a device does when it is told to. */
export function order(format: NodeFormat = 'null', more: More = {}): NodeFacts {
  return of(format, { access: 'X', ...more });
}

/** What holds other nodes under a name that the server chooses. */
export function unit(more: More = {}): NodeFacts {
  return of('node', { named: 'byServer', ...more });
}

const verbs: Readonly<Record<string, Verb>> = { A: 'Add', D: 'Delete', G: 'Get', R: 'Replace', X: 'Exec' };

/** The nodes below a path. */
export function nodesBelow(root: string, facts: Readonly<Record<string, NodeFacts>>): CspNode[] {
  return Object.entries(facts).map(([path, ofNode]) => nodeOf(`${root}/${path}`, ofNode));
}

function nodeOf(path: string, { access = 'ADGR', default: preset, ...rest }: NodeFacts): CspNode {
  const node: CspNode = { ...rest, path, access: Array.from(access, (letter) => verbs[letter]!) };
  return preset === undefined ? node : { ...node, default: String(preset) };
}

const scopes = { device: ['./Device'], user: ['./User'], both: ['./Device', './User'] } as const;

/** The same facts of several nodes. */
export function each(names: readonly string[], facts: NodeFacts): Record<string, NodeFacts> {
  return Object.fromEntries(names.map((name) => [name, facts]));
}

/** The same nodes below each of these paths. */
export function below(
  paths: readonly string[],
  facts: Readonly<Record<string, NodeFacts>>,
): Record<string, NodeFacts> {
  const named = Object.entries(facts);
  return Object.fromEntries(
    paths.flatMap((path) => named.map(([name, ofNode]) => [`${path}/${name}`, ofNode] as const)),
  );
}

/** A service provider, below one or both roots. */
export function provider(
  name: string,
  facts: Readonly<Record<string, NodeFacts>>,
  scope: keyof typeof scopes = 'device',
): CspNode[] {
  return scopes[scope].flatMap((root) => nodesBelow(`${root}/Vendor/MSFT/${name}`, facts));
}

/** An area of the Policy CSP. */
export function policyArea(
  area: string,
  facts: Readonly<Record<string, NodeFacts>>,
  scope: keyof typeof scopes = 'device',
): CspNode[] {
  return provider(`Policy/Config/${area}`, facts, scope);
}
