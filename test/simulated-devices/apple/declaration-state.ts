import type { PlistDict } from './plist.ts';

/** Its folder in the paths of declarations, and its array in `declaration-items` and status reports. */
export const declarationKinds = {
  activation: 'activations',
  asset: 'assets',
  configuration: 'configurations',
  management: 'management',
} as const;

export type DeclarationKind = keyof typeof declarationKinds;

export interface Declaration {
  readonly kind: DeclarationKind;
  readonly identifier: string;
  readonly serverToken: string;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

interface Reason {
  readonly code: string;
  readonly description: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** As a status report tells it. */
export interface DeclarationStatus {
  readonly identifier: string;
  readonly 'server-token': string;
  readonly active: boolean;
  readonly valid: 'unknown' | 'valid' | 'invalid';
  readonly reasons?: readonly Reason[];
}

/** Declarative management of one channel. It cannot be turned off, only emptied. */
export interface DeclarationState {
  isEnabled: boolean;
  declarationsToken: string | undefined;
  declarations: Map<string, Declaration>;
  /** By identifier. */
  statuses: Map<string, DeclarationStatus>;
  /** What the configurations that are active give for profiles' payload types. */
  settings: readonly { readonly payloadType: string; readonly settings: PlistDict }[];
  /** The JSON of each status item when it was last reported; undefined before the first report. */
  reported: Map<string, string> | undefined;
  /** The last time that they were brought up to date it came to no end, as when the network was lost. */
  isBehind: boolean;
}

export function noDeclarations(): DeclarationState {
  return {
    isEnabled: false,
    declarationsToken: undefined,
    declarations: new Map(),
    statuses: new Map(),
    settings: [],
    reported: undefined,
    isBehind: false,
  };
}
