import { noDeclarations } from './declaration-state.ts';
import type { Hardware } from './hardware.ts';
import type { Application, Device, DeviceSetup, DeviceState } from './state.ts';

/** A device as it comes out of its box. */
export function freshState(hardware: Hardware, setup: DeviceSetup): DeviceState {
  const isMac = hardware.kind === 'mac';
  return {
    enrollment: undefined,
    device: {
      ids: {},
      isUser: false,
      pushToken: setup.random(32),
      pushMagic: '',
      profiles: [],
      declarations: noDeclarations(),
      unsent: undefined,
    },
    users: new Map(),
    passcode: undefined,
    bootstrapToken: undefined,
    unlockToken: undefined,
    awaitsConfiguration: false,
    isFileVaultOn: false,
    applications: isMac ? macApplications : phoneApplications,
    isLocked: false,
    lock: undefined,
    isAsleep: false,
    isPoweredOn: true,
    restarts: 0,
    erasures: 0,
    orders: new Map(),
    missedPushes: 0,
    failures: new Map(),
    repeats: 0,
  };
}

/** It is as it came out of its box, and nothing but its history is left. */
export function erase({ hardware, setup, state }: Device): void {
  const { erasures, restarts, orders } = state;
  Object.assign(state, freshState(hardware, setup), { erasures: erasures + 1, restarts, orders });
}

const application = (Identifier: string, Name: string, ShortVersion: string, size: number): Application => ({
  Identifier,
  Name,
  ShortVersion,
  Version: ShortVersion,
  BundleSize: size,
  DynamicSize: 0,
});

const macApplications = [
  application('com.apple.Safari', 'Safari', '18.1', 12_582_912),
  application('com.microsoft.Outlook', 'Microsoft Outlook', '16.90', 2_254_857_830),
];

const phoneApplications = [application('com.microsoft.Office.Outlook', 'Outlook', '4.2443.0', 418_381_824)];
