import { isDeepStrictEqual } from 'node:util';
import { parseHexId, type Id } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Script } from './script.ts';

export type Platform = 'windows' | 'apple';

export const deviceSubTypes = ['device', 'enrollment'] as const;
export type DeviceSubType = (typeof deviceSubTypes)[number];

export const deviceStates = ['PROVISIONING', 'ACTIVE', 'DELETE_REQUESTED', 'DELETED', 'UNKNOWN'] as const;
export type DeviceState = (typeof deviceStates)[number];

/** One entry of a device's history; `date` is ISO 8601. */
interface StateEntry {
  readonly state: DeviceState;
  readonly date: string;
  readonly config: { readonly reason?: string };
}

/** What a device last told about itself. Moments are ISO 8601. */
export interface DeviceSummary {
  readonly name?: string;
  readonly os?: string;
  readonly osVersion?: string;
  readonly osVersionName?: string;
  /** Such as `85%`. */
  readonly battery?: string;
  readonly expirationTimestamp?: string;
  readonly supervised?: boolean;
  /** URL of a picture of the model. */
  readonly image?: string;
  /** Whether it has all that its policies ask of it, and when that was found. Absent while it has not been checked since it enrolled. */
  readonly compliance?: { readonly compliant: boolean; readonly lastCheck?: string };
  readonly details?: DeviceDetails;
}

/** What only some devices tell. */
interface DeviceDetails {
  readonly udid?: string;
  readonly build?: string;
  readonly manufacturer?: string;
  /** In which it talks to people, such as `de-DE`. */
  readonly language?: string;
  /** For people, such as `MacBook Pro`. */
  readonly model?: string;
  /** Such as `Mac14,2`; of a PC its maker's number for it. */
  readonly productName?: string;
  /** Of Windows, such as `Enterprise`. */
  readonly edition?: string;
  readonly meid?: string;
  readonly wifiMac?: string;
  readonly ethernetMac?: string;
  /** Octets. */
  readonly totalStorage?: number;
  readonly freeStorage?: number;
  readonly totalMemory?: number;
  readonly phoneNumber?: string;
  readonly carrier?: string;
  /** What is stored on it cannot be read without the passcode or password. */
  readonly encrypted?: boolean;
  readonly passcodePresent?: boolean;
  readonly passcodeCompliant?: boolean;
  readonly activationLock?: boolean;
  /** The system starts only with software that its maker trusts. */
  readonly secureBoot?: boolean;
  /** Such as `2.0`. */
  readonly tpmVersion?: string;
}

interface Location {
  readonly origin: string;
  readonly date: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly ip?: string;
  readonly lastReportDate?: string;
  readonly address?: {
    readonly address?: string;
    readonly number?: string;
    readonly postalCode?: string;
    readonly city?: string;
    readonly country?: string;
  };
}

/** A managed device, or an enrolment that no device has used yet (`subType` `enrollment`). */
export interface Device {
  readonly id: Id;
  readonly platform: Platform;
  readonly subType: DeviceSubType;
  readonly state: DeviceState;
  /** Oldest first. */
  readonly stateHistory: readonly StateEntry[];
  readonly displayName: string | null;
  readonly tags: readonly string[];
  readonly user: { readonly id: Id; readonly email: string } | null;
  /** Number of the segment; 0 is the root. */
  readonly segment: number;
  /** What the platform's own management protocol calls the device. */
  readonly platformId: string | null;
  readonly serialNumber: string | null;
  readonly imei: string | null;
  /** What the device reported: settings by path. */
  readonly config: JsonObject;
  /** When each part of `config` was reported, ISO 8601. */
  readonly configDates: Readonly<Record<string, string>>;
  readonly customConfig: JsonObject;
  readonly summary: DeviceSummary;
  /** Scripts given to this device alone. */
  readonly scripts: readonly Script[];
  /** The last known place, by the agent and by the address it called from. */
  readonly lastLocation: { readonly agent?: Location; readonly ip?: Location };
  /** Parts of the inventory that the device shall report again. */
  readonly refreshInfoNeeded: readonly string[];
  readonly enrolledAt: Date | null;
  readonly lastStatusReportAt: Date | null;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** How a caller names a device: its id, or a serial number or IMEI. */
export interface DeviceKey {
  /** Set when the text can be an id; then an id is what is looked for first. */
  readonly id: Id | undefined;
  readonly text: string;
}

export function deviceKey(text: string): DeviceKey {
  return { id: parseHexId(text), text };
}

/** What people call the device. */
export function nameOfDevice(
  device: Pick<Device, 'id' | 'displayName' | 'serialNumber'> & {
    readonly summary: Pick<DeviceSummary, 'name'>;
  },
): string {
  return device.displayName ?? device.summary.name ?? device.serialNumber ?? device.id;
}

/** What an administrator may change of a device. Members that are absent stay as they are. */
export interface DeviceChange {
  readonly displayName?: string | null;
  readonly tags?: readonly string[];
  readonly user?: Device['user'];
  readonly segment?: number;
  readonly scripts?: readonly Script[];
  readonly state?: { readonly to: DeviceState; readonly reason: string };
}

/** Entries of a device's history: one that enrols again and again makes no end of them. */
const mostStates = 200;

/** The device after a change; the same object when the change changes nothing. Tags are a set: each is kept once. */
export function changed(device: Device, { state, tags, ...change }: DeviceChange, now: Date): Device {
  const after: Device = {
    ...device,
    ...change,
    ...(tags && { tags: [...new Set(tags)] }),
    ...(state && {
      state: state.to,
      stateHistory: [
        ...device.stateHistory,
        { state: state.to, date: now.toISOString(), config: { reason: state.reason } },
      ].slice(-mostStates),
      summary: summaryIn(state.to, device.summary),
    }),
  };
  return isDeepStrictEqual(after, device) ? device : after;
}

/** What was found when the device was checked holds for one enrolment. */
function summaryIn(state: DeviceState, summary: DeviceSummary): DeviceSummary {
  if (!summary.compliance || (state !== 'PROVISIONING' && state !== 'DELETED')) return summary;
  const { compliance: _, ...rest } = summary;
  return rest;
}
