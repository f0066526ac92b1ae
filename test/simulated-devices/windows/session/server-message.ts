import type { NodeFormat } from '../tree/store.ts';

/** A challenge, with the nonce for what comes next. */
export interface Challenge {
  readonly type: string;
  readonly nextNonce: Buffer;
}

/** What the server says of a command of the device. */
export interface ServerStatus {
  readonly msgRef: string;
  readonly cmdRef: string;
  readonly cmd: string;
  readonly status: number;
  readonly challenge: Challenge | undefined;
}

export interface ServerItem {
  /** As it is written; empty where there is none. */
  readonly target: string;
  readonly format: NodeFormat | undefined;
  readonly data: string | undefined;
  readonly moreData: boolean;
  /** Of the whole value, where this is its first part. */
  readonly size: number | undefined;
}

export type PlainVerb = 'Add' | 'Copy' | 'Delete' | 'Exec' | 'Get' | 'Replace';

export type ServerCommand =
  | { readonly kind: PlainVerb; readonly id: string; readonly items: readonly ServerItem[] }
  | {
      readonly kind: 'Alert';
      readonly id: string;
      readonly code: string;
      readonly items: readonly ServerItem[];
    }
  | {
      readonly kind: 'Atomic' | 'Sequence';
      readonly id: string;
      readonly commands: readonly ServerCommand[];
    };

export interface ServerMessage {
  readonly msgId: number;
  readonly statuses: readonly ServerStatus[];
  readonly commands: readonly ServerCommand[];
  readonly isFinal: boolean;
  readonly maxMsgSize: number | undefined;
}
