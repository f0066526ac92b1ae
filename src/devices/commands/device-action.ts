import type { JsonObject } from '../../kernel/json.ts';
import type { Device } from '../index.ts';

/** What an administrator can have done to a device of any platform. */
export type DeviceAction =
  /** Everything on it is erased. `pin`: six digits, which unlock the firmware of a Mac afterwards. */
  | { readonly kind: 'wipe'; readonly pin?: string | undefined; readonly keepDataPlan?: boolean | undefined }
  /** A Mac needs `pin`, six digits, to be unlocked again. */
  | {
      readonly kind: 'lock';
      readonly pin?: string | undefined;
      readonly message?: string | undefined;
      readonly phoneNumber?: string | undefined;
    }
  | { readonly kind: 'restart' }
  | { readonly kind: 'shutDown' };

/** A command in the words of the platform, checked against what is known of the device. */
export interface CheckedCommand {
  /** Such as `RestartDevice`. */
  readonly type: string;
  readonly body: JsonObject;
}

/** Makes commands of a platform's protocol. Faults of both: `invalidInput`, `malformedBody`. */
export interface CommandMaker {
  ofAction(device: Device, action: DeviceAction): CheckedCommand;
  /** Of what somebody wrote in the words of the platform. */
  ofRaw(device: Device, body: JsonObject): CheckedCommand;
}
