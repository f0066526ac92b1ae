import type { JsonObject } from '../../kernel/json.ts';
import type { Id } from '../../kernel/id.ts';
import type { Organization, WriteContext } from '../../tenancy/index.ts';
import type { Device, Platform } from '../index.ts';

/** What an administrator can have done to a device of any platform. What a platform does not know its `CommandMaker` refuses. */
export type DeviceAction =
  | WipeAction
  /** A Mac needs `pin`, six digits, to be unlocked again. */
  | {
      readonly kind: 'lock';
      readonly pin?: string | undefined;
      readonly message?: string | undefined;
      readonly phoneNumber?: string | undefined;
    }
  | { readonly kind: 'restart' }
  | { readonly kind: 'shutDown' }
  /** Another name for the computer, which it has after a restart. */
  | { readonly kind: 'rename'; readonly name: string }
  /** Windows is installed anew, without what its maker had added. */
  | { readonly kind: 'cleanInstall'; readonly keepUserData: boolean }
  /** As new for the next user, and still managed. */
  | { readonly kind: 'resetForNextUser' }
  | { readonly kind: 'scanForMalware'; readonly quick: boolean }
  | { readonly kind: 'updateMalwareSignatures' }
  | { readonly kind: 'rotateRecoveryKeys' }
  | { readonly kind: 'rotateAdminPassword' };

/** Everything on the device is erased, but for what is to be kept. */
export interface WipeAction {
  readonly kind: 'wipe';
  /** Six digits, which unlock the firmware of a Mac afterwards. */
  readonly pin?: string | undefined;
  readonly keepDataPlan?: boolean | undefined;
  /** `provisioning`: the packages by which it was set up. */
  readonly keep?: 'userData' | 'provisioning' | undefined;
  /** Cleans the whole drive, and goes on after the power was cut: a PC may not start any more. */
  readonly isProtected?: boolean | undefined;
  /** Windows is fetched anew instead of being taken from the PC. */
  readonly fromCloud?: boolean | undefined;
}

/** A command in the words of the platform, checked against what is known of the device. */
export interface CheckedCommand {
  /** Such as `RestartDevice`. */
  readonly type: string;
  readonly body: JsonObject;
  /** What protects a lost device does not wait behind what asks it something. */
  readonly isUrgent?: boolean;
  /** It is for the user of the device, and waits until that user is signed in. */
  readonly isOfUser?: boolean;
}

/** To install an application on a device, or to remove it. */
export interface ApplicationAction {
  readonly id: Id;
  readonly action: 'install' | 'uninstall';
}

/** Makes commands of a platform's protocol. Faults: `invalidInput`, `malformedBody`. */
export interface CommandMaker {
  ofAction(device: Device, action: DeviceAction): CheckedCommand;
  /** Of what somebody wrote in the words of the platform. */
  ofRaw(device: Device, body: JsonObject): CheckedCommand;
  ofApplication(context: WriteContext, action: ApplicationAction): Promise<CheckedCommand>;
}

/** Those of an organization's devices. */
export type CommandMakers = (organization: Organization) => Readonly<Record<Platform, CommandMaker>>;
