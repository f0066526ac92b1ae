import type { CommandOutcome, IdentifiedCommand } from '../dm-command.ts';

/** What decides what a device can be told in a message of its session. */
export interface SessionView {
  /** Whether the user who enrolled is signed in, so that nodes below `./User` are there. */
  readonly userIsSignedIn: boolean;
  /** Whether the device is to tell its inventory, and what it has of its settings, in this session. */
  readonly isReportDue: boolean;
  /** The CmdIDs of all that was told in this session; nothing is told twice in one. */
  readonly told: ReadonlySet<string>;
  /** The CmdIDs of the answer that got lost, which the device asks for again. */
  readonly toldAgain?: ReadonlySet<string>;
}

/** What happened on a device, of which it tells by itself, such as that an installation ended. */
export interface DeviceAlert {
  /** Such as `Reversed-Domain-Name:com.microsoft.mdm.win32csp_install`. */
  readonly type: string;
  readonly locUri: string;
  readonly data: string;
}

/**
 * One of the things that have commands for a device: what it shall have, what it is asked, what administrators order. It is made for one
 * message, in the transaction of that message, and used in this order: `happened`, `heard`, `doubt`, `planned`, `sent`, `save`.
 */
export interface SessionWork {
  /** Takes what the device tells without having been asked. */
  happened?(alerts: readonly DeviceAlert[]): Promise<void>;
  /** Takes what became of commands, of which it knows its own by their ids. Of outcomes of others, and of what it knows no more, it takes no notice. */
  heard(outcomes: readonly CommandOutcome[]): Promise<void>;
  /** Whether the management ended with what was heard: nothing more is told. */
  hasEnded?(): boolean;
  /** Whether the device is set up anew by what was heard, and stays enrolled: nothing more is told, and what it was given is gone. */
  isRenewed?(): boolean;
  /** With the first message of a session: whether it may have been set up anew in one before, of which it did not tell the end. */
  mayBeRenewed?(): boolean;
  /** It may have been. It is asked what it has, and what it does not tell is told again. */
  doubt?(): Promise<void>;
  /** What is left to tell the device, in order. What of it fits is sent. */
  planned(view: SessionView): readonly IdentifiedCommand[];
  /** These of what was planned go out with the answer. */
  sent(ids: readonly string[]): void;
  /** Writes what changed. `isThrough`: nothing is left to tell the device in this session. */
  save(end: { readonly isThrough: boolean }): Promise<void>;
}
