import type { PlistDict } from '../../../../kernel/plist/plist-value.ts';
import { writePlist } from '../../../../kernel/plist/write-plist.ts';

/**
 * A command as a device takes it, as the body of an answer. `command` has its `RequestType`; the device names `commandUuid` in its report.
 * Faults: `invalidInput` (what a property list cannot hold).
 */
export function encodeCommand(commandUuid: string, command: PlistDict): Uint8Array {
  return Buffer.from(writePlist({ CommandUUID: commandUuid, Command: command }));
}
