import type { PlistDict } from '../plist.ts';
import type { Channel, Device, KeptReport } from '../state.ts';

/** The bits of `AccessRights` that commands need. */
export const rights = {
  inspectProfiles: 1,
  installProfiles: 2,
  lock: 4,
  erase: 8,
  deviceInformation: 16,
  networkInformation: 32,
  inspectApplications: 256,
  security: 1_024,
} as const;

export interface CommandAnswer extends Pick<KeptReport, 'afterwards' | 'endsExchange'> {
  /** Beside `Status` and `CommandUUID`. */
  readonly content?: PlistDict;
}

/**
 * A command that devices know. `run` throws `CommandFailed` and `CommandMalformed`.
 *
 * https://developer.apple.com/documentation/devicemanagement/commands-and-queries
 */
export interface KnownCommand {
  readonly requestType: string;
  /** Bits of `AccessRights` without which it is refused. */
  readonly needs: number;
  readonly worksWhenLocked?: boolean;
  /** To do it twice is not as if it were done once. */
  readonly isOrder?: boolean;
  /** It can be sent to a user of the device too. */
  readonly isForUsers?: boolean;
  run(device: Device, channel: Channel, command: PlistDict): CommandAnswer | Promise<CommandAnswer>;
}
