import { isFree, type CspNode } from './node.ts';

/** What a node is called after its name, with its area or provider in front; undefined where the name is free. */
export function titleOf({ path }: Pick<CspNode, 'path'>): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (isFree(name)) return undefined;
  const group = /\/Vendor\/MSFT\/(?:Policy\/Config\/)?([^/]+)\/./i.exec(path)?.[1];
  return group === undefined ? wordsOf(name) : `${group}: ${wordsOf(name)}`;
}

/** `MinDevicePasswordLength` as `Min device password length`; what is written in capitals stays so. */
function wordsOf(name: string): string {
  const words = name
    .replaceAll('_', ' ')
    .trim()
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ')
    .split(/\s+/)
    .map((word, index) => (index > 0 && /^[A-Z][a-z]/.test(word) ? word.toLowerCase() : word));
  const [first = '', ...others] = words;
  return [first.charAt(0).toUpperCase() + first.slice(1), ...others].join(' ');
}
