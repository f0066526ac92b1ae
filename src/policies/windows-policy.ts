import type { Script } from '../devices/index.ts';
import { hexOfId, type Id } from '../kernel/id.ts';
import { joinPath, type JsonObject } from '../kernel/json.ts';
import type { Policy, PolicyFamily } from './policy.ts';

export const applicationActions = ['forceInstall', 'available'] as const;
export const assetScopes = ['user', 'system', 'all-users'] as const;

/**
 * The document of kind `winPolicy`, in the vendor's words.
 * @see https://docs.applivery.com/en/api/ Windows policies
 */
export interface WindowsPolicyDocument {
  /** Wanted values by OMA-URI. */
  readonly config: Readonly<Record<string, string | number | boolean>>;
  readonly applications: readonly {
    readonly winApplicationId: Id;
    readonly configuration?: JsonObject;
    readonly action?: (typeof applicationActions)[number];
    readonly updatePolicy?: JsonObject;
  }[];
  readonly scripts: readonly Script[];
  readonly admxConfigs: readonly { readonly winAdmxConfigId: Id }[];
  readonly assets: readonly {
    readonly mdmAssetId: Id;
    readonly location?: string;
    readonly assetName?: string;
    readonly scope?: (typeof assetScopes)[number];
  }[];
  readonly bookmarks: readonly {
    readonly title?: string;
    readonly description?: string;
    readonly url?: string;
    readonly iconBase64?: string;
    readonly iconUrl?: string;
  }[];
  readonly agentConfiguration: {
    readonly enabled?: boolean;
    readonly buildTag?: string;
    readonly allowLocation?: boolean;
    readonly allowNetworkStatus?: boolean;
    readonly allowPackageTime?: boolean;
    readonly allowPackageTransfer?: boolean;
  };
}

export type WindowsPolicy = Policy<WindowsPolicyDocument>;

export const emptyWindowsPolicy: WindowsPolicyDocument = {
  config: {},
  applications: [],
  scripts: [],
  admxConfigs: [],
  assets: [],
  bookmarks: [],
  agentConfiguration: {},
};

export const windowsPolicies: PolicyFamily<WindowsPolicyDocument> = {
  kinds: ['winPolicy'],
  area: 'windows.policy',
  noun: 'Windows policy',
  spell: hexOfId,
  read: (stored) => stored as unknown as WindowsPolicyDocument,
  wantedNodes: ({ config }) =>
    Object.entries(config).map(([uri, value]) => ({ place: joinPath('config', uri), uri, value })),
};
