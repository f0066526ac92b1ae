import type { X509Certificate } from 'node:crypto';
import type { KeySource } from '../pki/certificates.ts';
import { keepProfile, leave } from './commands/index.ts';
import { reportStatus, syncDeclarations } from './declarations.ts';
import { effectiveSettings } from './effective.ts';
import { enroll, installed, tokenUpdate, type EnrollOptions } from './enrollment.ts';
import { exchange, type ReceivedCommand } from './exchange.ts';
import type { ErrorChain } from './failures.ts';
import { erase, freshState } from './fresh-state.ts';
import { makeHardware, type GivenHardware } from './hardware.ts';
import { checkInMessage } from './messages.ts';
import { newTurn } from '../in-turn.ts';
import { dataIn, readDict, type PlistDict } from './plist.ts';
import { readProfile } from './profile.ts';
import { enrollmentOf, type Authentication, type Channel, type Device } from './state.ts';
import type { Transport } from '../transport.ts';
import { signInUser, type DeviceUser } from './users.ts';

export interface DeviceOptions {
  readonly hardware: GivenHardware;
  readonly transport: Transport;
  readonly random: (size: number) => Buffer;
  readonly clock: () => Date;
  /** Such as `keyPool(8)`. */
  readonly newKeyPair: KeySource;
  /** Default: a detached signature with SHA-256. */
  readonly authentication?: Authentication;
  /** Default: true. */
  readonly supportsDeclarations?: boolean;
  /** Default: false. */
  readonly isUserEnrollment?: boolean;
  /** Default: any. */
  readonly trustedSigners?: readonly X509Certificate[];
  /** Default: 100. */
  readonly maximumCommands?: number;
}

/** What a device and each of its users can do by themselves. */
export interface SimulatedChannel {
  readonly channel: Channel;
  /** Answers commands until there is none. Empty while it cannot: it is off, or a Mac that is locked. */
  checkIn(): Promise<readonly ReceivedCommand[]>;
  /** Gets another push token and tells the server. */
  updateToken(): Promise<void>;
  /** What the payloads of a type come to. */
  effective(payloadType: string): PlistDict;
  syncDeclarations(): Promise<void>;
  /** A full report replaces what the server knows; devices send one about daily. */
  reportStatus(options?: { readonly isFull?: boolean }): Promise<void>;
}

export interface SimulatedDevice extends Device, SimulatedChannel {
  /** By the URL or the bytes of an enrolment profile; once more where it is enrolled already. */
  enroll(source: string | Uint8Array, options?: EnrollOptions): Promise<void>;
  /** The person removes the management. */
  checkOut(): Promise<void>;
  /** What a push does: it checks in, the device or the user whose magic it is. A push of somebody else does nothing. */
  onPush(pushMagic?: string): Promise<readonly ReceivedCommand[]>;
  /** Pushes are lost until `wake`. */
  sleep(): void;
  wake(): void;
  powerOn(): void;
  /** Locks the screen: what cannot run then is answered with `NotNow`. */
  lock(): void;
  /** A Mac that was locked by the server wants its PIN. False where it is another. */
  unlock(pin?: string): boolean;
  /** The next so many commands of this type fail; without an error they are taken as malformed. */
  fail(requestType: string, times: number, chain: ErrorChain | undefined): void;
  /** The next so many reports are sent twice. */
  repeatReports(times: number): void;
  /** The person installs a profile, which the server does not manage. */
  installProfile(bytes: Uint8Array): void;
  /** The device and all its users check in at the same time. */
  checkInTogether(): Promise<void>;
  /** The person erases it, without a word to the server. */
  erase(): void;
  /** Undefined deletes the one that the server has. */
  setBootstrapToken(token: Buffer | undefined): Promise<void>;
  /** The one that the server has. */
  getBootstrapToken(): Promise<Buffer | undefined>;
  /** A user signs in. Undefined where the server does not want to manage him. */
  user(user: DeviceUser): Promise<SimulatedChannel | undefined>;
}

/** An Apple device that is not enrolled yet. Its messages never overtake each other. */
export function simulatedDevice(options: DeviceOptions): SimulatedDevice {
  const setup = {
    authentication: { kind: 'signature', digest: 'sha256', isDetached: true },
    supportsDeclarations: true,
    isUserEnrollment: false,
    trustedSigners: undefined,
    maximumCommands: 100,
    ...options,
  } as const;
  const hardware = makeHardware(options.hardware, options.random);
  const state = freshState(hardware, setup);
  const device: Device = { hardware, setup, state };
  const inTurn = newTurn();

  const isReachable = () => state.isPoweredOn && !(state.lock && hardware.kind === 'mac');
  const channelOf = (current: () => Channel): SimulatedChannel => ({
    get channel() {
      return current();
    },
    checkIn: () => inTurn(async () => (isReachable() ? exchange(device, current()) : [])),
    updateToken: () =>
      inTurn(async () => {
        current().pushToken = setup.random(32);
        await tokenUpdate(device, enrollmentOf(device), current());
      }),
    effective: (payloadType) => effectiveSettings(current(), payloadType),
    syncDeclarations: () => inTurn(() => syncDeclarations(device, current())),
    reportStatus: (reportOptions) => inTurn(() => reportStatus(device, current(), reportOptions)),
  });
  const bootstrapMessage = (message: PlistDict) =>
    inTurn(() => checkInMessage(device, enrollmentOf(device), state.device, message));

  const own = channelOf(() => state.device);
  return {
    ...device,
    ...own,
    get channel() {
      return state.device;
    },
    enroll: (source, enrollOptions) => inTurn(() => enroll(device, source, enrollOptions)),
    checkOut: () => inTurn(() => leave(device)),
    onPush: (pushMagic) =>
      inTurn(async () => {
        if (state.isAsleep || !isReachable() || !state.enrollment) {
          state.missedPushes += 1;
          return [];
        }
        const channels = [state.device, ...state.users.values()];
        const woken =
          pushMagic === undefined ? state.device : channels.find((one) => one.pushMagic === pushMagic);
        return woken ? exchange(device, woken) : [];
      }),
    sleep: () => void (state.isAsleep = true),
    wake: () => void (state.isAsleep = false),
    powerOn: () => void (state.isPoweredOn = true),
    lock: () => void (state.isLocked = true),
    unlock: (pin) => {
      if (state.lock?.pin !== undefined && hardware.kind === 'mac' && pin !== state.lock.pin) return false;
      state.isLocked = false;
      state.lock = undefined;
      return true;
    },
    fail: (requestType, times, chain) => void state.failures.set(requestType, { times, chain }),
    repeatReports: (times) => void (state.repeats = times),
    installProfile: (bytes) => keepProfile(state.device, installed(readProfile(bytes), 'person')),
    checkInTogether: () =>
      inTurn(async () => {
        if (!isReachable()) return;
        const channels = [state.device, ...state.users.values()];
        const done = await Promise.allSettled(channels.map((channel) => exchange(device, channel)));
        // When one of them ends the enrolment, the others come to no end.
        const failed = state.enrollment && done.find(({ status }) => status === 'rejected');
        if (failed?.status === 'rejected') throw failed.reason;
      }),
    erase: () => erase(device),
    setBootstrapToken: async (token) => {
      await bootstrapMessage({
        MessageType: 'SetBootstrapToken',
        ...(token && { BootstrapToken: token }),
      });
      state.bootstrapToken = token;
    },
    getBootstrapToken: async () => {
      const answer = await bootstrapMessage({ MessageType: 'GetBootstrapToken' });
      const token = answer.length === 0 ? undefined : dataIn(readDict(answer), 'BootstrapToken');
      return token && token.length > 0 ? token : undefined;
    },
    user: (user) =>
      inTurn(async () => {
        const channel = await signInUser(device, user);
        return channel && channelOf(() => channel);
      }),
  };
}
