import type { CspNode } from './node.ts';

/** What decides which nodes a device has; absent where it did not tell. */
export interface WindowsVersion {
  /** Its build as it tells it: `10.0.22631.3007`. */
  readonly build?: string | undefined;
  /** The number of its edition: `DeviceStatus/OS/Edition`. */
  readonly edition?: number | undefined;
}

/**
 * Why a device has no such node, for people; undefined when it has, or when that cannot be told.
 * @see https://learn.microsoft.com/windows/client-management/mdm/configuration-service-provider-ddf
 */
export function inapplicability(
  node: Pick<CspNode, 'builds' | 'editions'>,
  { build, edition }: WindowsVersion,
): string | undefined {
  const has = build === undefined ? undefined : buildOf(build);
  if (node.builds && has && !fits(node.builds, has)) {
    const released = node.builds.filter((text) => !isUnreleased(text));
    return released.length === 0
      ? 'No released build of Windows has it.'
      : `It needs Windows build ${released.join(' or ')}, or a newer one; the device has ${build}.`;
  }
  if (node.editions && edition !== undefined && !node.editions.includes(edition)) {
    return `Windows ${nameOf(edition)} does not have it, but ${node.editions.map(nameOf).join(', ')}.`;
  }
  return undefined;
}

interface Build {
  readonly number: number;
  readonly revision: number;
}

function buildOf(text: string): Build | undefined {
  const parts = /^\d+\.\d+\.(\d+)(?:\.(\d+))?$/.exec(text.trim());
  return parts ? { number: lineOf(Number(parts[1])), revision: Number(parts[2] ?? 0) } : undefined;
}

/** Releases that get the same updates, with the same revisions, and differ in switches only: 2004 to 22H2; 22H2 and 23H2; 24H2 and 25H2. */
const lines: readonly (readonly [first: number, last: number])[] = [
  [19_041, 19_045],
  [22_621, 22_631],
  [26_100, 26_200],
];

function lineOf(number: number): number {
  return lines.find(([first, last]) => number >= first && number <= last)?.[0] ?? number;
}

/** DDF files write numbers that no build will have for what is not released. */
function isUnreleased(text: string): boolean {
  return text.startsWith('99.') || text.startsWith('88.');
}

/** One line of Windows gets a node with a revision; lines that came after all of these have had it from the beginning. */
function fits(builds: readonly string[], has: Build): boolean {
  const wanted = builds.filter((text) => !isUnreleased(text)).map(buildOf);
  const known = wanted.filter((build) => build !== undefined);
  if (known.length < wanted.length) return true;
  const newest = Math.max(...known.map(({ number }) => number));
  if (known.length > 0 && has.number > newest) return true;
  return known.some(({ number, revision }) => number === has.number && has.revision >= revision);
}

const editions: Readonly<Record<number, string>> = {
  4: 'Enterprise',
  27: 'Enterprise N',
  48: 'Pro',
  49: 'Pro N',
  72: 'Enterprise Evaluation',
  101: 'Home',
  121: 'Education',
  122: 'Education N',
  125: 'Enterprise LTSC',
  126: 'Enterprise N LTSC',
  161: 'Pro for Workstations',
  162: 'Pro for Workstations N',
  164: 'Pro Education',
  165: 'Pro Education N',
  175: 'Enterprise multi-session',
  188: 'IoT Enterprise',
  191: 'IoT Enterprise LTSC',
};

function nameOf(edition: number): string {
  return editions[edition] ?? `edition ${edition}`;
}
