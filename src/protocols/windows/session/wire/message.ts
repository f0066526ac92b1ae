import type { Format } from '../../dm-command.ts';

/**
 * A message of a PC (SyncML DM 1.2) as it was sent: nothing of it is checked yet but its shape. Texts that are not there are undefined.
 * https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support
 */
export interface DmMessage {
  /** Such as `DM/1.2`. */
  readonly protocol: string | undefined;
  readonly sessionId: string;
  readonly msgId: number;
  /** What the PC calls itself. It proves nothing. */
  readonly source: string;
  /** The name that belongs to the credential. */
  readonly sourceName: string | undefined;
  readonly credential: DmCredential | undefined;
  /** The largest message, and the largest value in parts, that the PC takes, in octets. */
  readonly maxMsgSize: number | undefined;
  readonly maxObjSize: number | undefined;
  readonly parts: readonly DmPart[];
  /** Whether the package ends with this message. */
  readonly isFinal: boolean;
}

/** https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support (Cred) */
interface DmCredential {
  /** Such as `syncml:auth-md5`. */
  readonly type: string;
  readonly data: string;
}

/** What stands in the body of a message. */
export type DmPart = DmStatus | DmResults | DmAlert | DmRequest | DmGroup | DmUnknown;

export interface DmStatus {
  readonly kind: 'status';
  /** The command that it is about: CmdID 0 is the message itself. */
  readonly cmdRef: string;
  readonly cmd: string;
  readonly targetRefs: readonly string[];
  readonly code: number;
  /** The HRESULT behind it, such as `0x86000011`. */
  readonly originalError: string | undefined;
}

/** What a Get resulted in. */
interface DmResults {
  readonly kind: 'results';
  readonly id: string;
  readonly cmdRef: string;
  readonly items: readonly DmItem[];
}

export interface DmAlert {
  readonly kind: 'alert';
  readonly id: string;
  readonly code: number;
  readonly items: readonly DmItem[];
}

export const requestVerbs = ['Add', 'Copy', 'Delete', 'Exec', 'Get', 'Replace'] as const;

export interface DmRequest {
  readonly kind: 'request';
  readonly id: string;
  readonly verb: (typeof requestVerbs)[number];
  readonly items: readonly DmItem[];
}

interface DmGroup {
  readonly kind: 'group';
  readonly id: string;
  readonly verb: 'Atomic' | 'Sequence';
  readonly parts: readonly DmPart[];
}

/** A command that this protocol does not have, or that PCs do not send. */
interface DmUnknown {
  readonly kind: 'unknown';
  readonly id: string;
  readonly verb: string;
}

export interface DmItem {
  readonly target: string | undefined;
  readonly source: string | undefined;
  readonly format: Format | undefined;
  readonly type: string | undefined;
  /** Octets of the whole value, where it comes in parts. */
  readonly size: number | undefined;
  /** How important an alert is, such as `critical`. */
  readonly mark: string | undefined;
  /** Elements in it are written as XML again. */
  readonly data: string | undefined;
  /** The value goes on in the next message. */
  readonly hasMore: boolean;
}
