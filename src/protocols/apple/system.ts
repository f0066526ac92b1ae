/** Apple's operating systems as far as management tells them apart: iPadOS is iOS with its versions. */
export type AppleSystem = 'macOS' | 'iOS' | 'tvOS' | 'visionOS' | 'watchOS';

const products: readonly (readonly [RegExp, string])[] = [
  [/^ipad/i, 'iPadOS'],
  [/^(iphone|ipod)/i, 'iOS'],
  [/^apple ?tv/i, 'tvOS'],
  [/^(apple )?watch/i, 'watchOS'],
  [/^(reality|apple vision)/i, 'visionOS'],
  // Virtual Macs have the names of what runs them.
  [/^(i?mac|virtualmac|xserve|vmware|parallels|qemu|os x)/i, 'macOS'],
];

/** What runs on a product such as `iPad8,12` or `MacBook Pro`, as people call it (`iPadOS`); undefined for one that is not known. */
export function osOfProduct(name: string): string | undefined {
  return products.find(([pattern]) => pattern.test(name))?.[1];
}

/** The system that people call `iPadOS`, `iOS`, `macOS`, …; undefined for another one. */
export function appleSystemOf(os: string | null | undefined): AppleSystem | undefined {
  if (os === 'iPadOS') return 'iOS';
  return systems.find((system) => system === os);
}

const systems: readonly AppleSystem[] = ['macOS', 'iOS', 'tvOS', 'visionOS', 'watchOS'];
