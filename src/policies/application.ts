import type { Id } from '../kernel/id.ts';

export const applicationTypes = [
  'store',
  'build',
  'asset',
  'lastBuild',
  'lastGitBranchBuild',
  'lastGitTagBuild',
  'lastTagBuild',
] as const;
export type ApplicationType = (typeof applicationTypes)[number];

/** Where an application comes from. Which member counts depends on the type. */
export interface ApplicationConfig {
  /** The Microsoft Store's id. */
  readonly winStoreId?: string;
  /** A build of the vendor's app distribution, which Muster only keeps the id of. */
  readonly buildId?: string;
  /** An asset of type `app`. */
  readonly mdmAssetId?: Id;
  /** An application of the vendor's app distribution, which Muster only keeps the id of. */
  readonly applicationId?: string;
  /** The branch or tag that builds are taken of. */
  readonly filter?: string;
}

export interface ApplicationInfo {
  readonly name?: string;
  readonly version?: string;
}

/** A Windows application that policies can deploy. */
export interface Application {
  readonly id: Id;
  readonly type: ApplicationType;
  readonly config: ApplicationConfig;
  readonly info: ApplicationInfo;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The members of `config` that a type cannot do without. */
export const neededConfig = {
  store: ['winStoreId'],
  build: ['buildId'],
  asset: ['mdmAssetId'],
  lastBuild: ['applicationId'],
  lastGitBranchBuild: ['applicationId', 'filter'],
  lastGitTagBuild: ['applicationId', 'filter'],
  lastTagBuild: ['applicationId', 'filter'],
} as const satisfies Record<ApplicationType, readonly (keyof ApplicationConfig)[]>;

/** What people call the application. */
export function nameOfApplication({ info, config, id }: Application): string {
  return info.name ?? config.winStoreId ?? id;
}
