export const assetTypes = ['app', 'book', 'image', 'script', 'other', 'certificate'] as const;
export type AssetType = (typeof assetTypes)[number];

export const assetSubTypes = ['windows', 'macos', 'ios', 'android'] as const;
export type AssetSubType = (typeof assetSubTypes)[number];

interface AssetFormat {
  readonly type: AssetType;
  /** The one platform that can use it; undefined when it is of use on several. */
  readonly subType?: AssetSubType;
  /** What runs a script. */
  readonly runner?: string;
}

/** Every kind of file that an asset can be, by its extension. */
const assetFormats = {
  ipa: { type: 'app', subType: 'ios' },
  pkg: { type: 'app', subType: 'macos' },
  apk: { type: 'app', subType: 'android' },
  msi: { type: 'app', subType: 'windows' },
  msix: { type: 'app', subType: 'windows' },
  msixbundle: { type: 'app', subType: 'windows' },
  appx: { type: 'app', subType: 'windows' },
  appxbundle: { type: 'app', subType: 'windows' },
  exe: { type: 'app', subType: 'windows' },
  pdf: { type: 'book' },
  epub: { type: 'book' },
  ibooks: { type: 'book' },
  jpg: { type: 'image' },
  jpeg: { type: 'image' },
  gif: { type: 'image' },
  png: { type: 'image' },
  sh: { type: 'script', subType: 'macos', runner: '/bin/sh' },
  ps1: { type: 'script', subType: 'windows', runner: 'powershell.exe' },
  pkcs1: { type: 'certificate' },
  p12: { type: 'certificate' },
  pfx: { type: 'certificate' },
  pem: { type: 'certificate' },
  cer: { type: 'certificate' },
  crt: { type: 'certificate' },
  der: { type: 'certificate' },
  rtfd: { type: 'other' },
  rtf: { type: 'other' },
  txt: { type: 'other' },
} as const satisfies Record<string, AssetFormat>;

export type AssetExtension = keyof typeof assetFormats;

export const assetExtensions = Object.keys(assetFormats) as AssetExtension[];

/** The extension of a file name, in lower case; undefined when no asset can have it. */
export function extensionOf(fileName: string): AssetExtension | undefined {
  const extension = /\.(\w+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(assetFormats, extension) ? (extension as AssetExtension) : undefined;
}

export function formatOf(extension: AssetExtension): AssetFormat {
  return assetFormats[extension];
}

/** The extensions of a platform, to filter lists by. */
export function extensionsOf(subType: AssetSubType): AssetExtension[] {
  return assetExtensions.filter((extension) => formatOf(extension).subType === subType);
}
