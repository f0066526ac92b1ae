import type { NodeRule } from '../rules.ts';
import type { NodeFormat } from '../store.ts';

/** The address below which most service providers lie. */
export const vendor = './Device/Vendor/MSFT';

/** Nodes of one format and access, whose names are separated by blanks, below each of the parents. */
export function leaves(
  parents: string | readonly string[],
  names: string,
  format: NodeFormat,
  access: string,
  more: Partial<NodeRule> = {},
): readonly NodeRule[] {
  const uris = [parents].flat().flatMap((parent) => names.split(' ').map((name) => `${parent}/${name}`));
  return uris.map((uri) => Object.assign({ uri, formats: [format], access }, more));
}

/** Nodes that can only be read, each with its own way. */
export function readings(
  parent: string,
  values: Readonly<Record<string, readonly [NodeFormat, NonNullable<NodeRule['read']>]>>,
): readonly NodeRule[] {
  return Object.entries(values).map(([name, [format, read]]) => ({
    uri: `${parent}/${name}`,
    formats: [format],
    access: 'G',
    read,
  }));
}
