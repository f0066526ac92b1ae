import type { X509Certificate } from 'node:crypto';
import type { Identity } from '../pki/asn1.ts';
import type { KeySource } from '../pki/certificates.ts';
import type { CertificateHeader } from '../certificate-header.ts';
import type { DeclarationState } from './declaration-state.ts';
import type { ErrorChain } from './failures.ts';
import type { Hardware } from './hardware.ts';
import type { PlistDict } from './plist.ts';
import type { Transport } from '../transport.ts';

/** How the server sees who sends: a CMS signature over the body, the TLS client certificate, or what a proxy writes of the latter in a header. */
export type Authentication =
  | { readonly kind: 'signature'; readonly digest: 'sha1' | 'sha256'; readonly isDetached: boolean }
  | { readonly kind: 'tls' }
  | ({ readonly kind: 'proxyHeader' } & CertificateHeader);

/** What a device works with. */
export interface DeviceSetup {
  readonly transport: Transport;
  readonly random: (size: number) => Buffer;
  readonly clock: () => Date;
  readonly newKeyPair: KeySource;
  readonly authentication: Authentication;
  readonly supportsDeclarations: boolean;
  /** A person's own device: it tells neither UDID nor serial number. */
  readonly isUserEnrollment: boolean;
  /** Where it is set, an enrolment profile must be signed by one of these; where not, the user accepts every signer. */
  readonly trustedSigners: readonly X509Certificate[] | undefined;
  /** Commands in one exchange, after which the server is taken to have lost its way. */
  readonly maximumCommands: number;
}

export interface InstalledProfile {
  readonly identifier: string;
  readonly uuid: string;
  readonly content: PlistDict;
  readonly payloads: readonly PlistDict[];
  readonly isEncrypted: boolean;
  readonly signers: readonly X509Certificate[];
  /** Who installed it: the person, a command, or a declaration by its identifier. */
  readonly source: 'person' | 'command' | { readonly declaration: string };
}

export interface Enrollment {
  /** Identifier of the profile that it came with. */
  readonly profileIdentifier: string;
  readonly serverUrl: string;
  readonly checkInUrl: string;
  readonly topic: string;
  readonly signsMessages: boolean;
  readonly accessRights: number;
  readonly serverCapabilities: readonly string[];
  readonly checksOutWhenRemoved: boolean;
  readonly identity: Identity;
}

/** What is managed by itself: the device, or one of its users. */
export interface Channel {
  /** What tells the server in each message whose it is. */
  readonly ids: Readonly<Record<string, string>>;
  readonly isUser: boolean;
  pushToken: Buffer;
  pushMagic: string;
  profiles: InstalledProfile[];
  declarations: DeclarationState;
  /** The report that could not be sent yet. */
  unsent: KeptReport | undefined;
}

/** What became of a command, until the server knows it. */
export interface KeptReport {
  readonly content: PlistDict;
  /** What happens once the server has it. */
  readonly afterwards?: () => Promise<void> | void;
  /** What the server answers is not looked at any more. */
  readonly endsExchange?: boolean;
}

export interface Application {
  readonly Identifier: string;
  readonly Name: string;
  readonly Version: string;
  readonly ShortVersion: string;
  readonly BundleSize: number;
  readonly DynamicSize: number;
}

/** What `EraseDevice` forgets, and what a new device has not yet. */
export interface DeviceState {
  enrollment: Enrollment | undefined;
  device: Channel;
  /** The channels of users who have signed in, by who they are. */
  users: Map<string, Channel>;
  passcode: string | undefined;
  bootstrapToken: Buffer | undefined;
  unlockToken: Buffer | undefined;
  awaitsConfiguration: boolean;
  isFileVaultOn: boolean;
  applications: readonly Application[];
  /** Nobody has unlocked the screen: most commands must wait. */
  isLocked: boolean;
  /** Set by `DeviceLock`; a Mac does nothing until its PIN is entered. */
  lock: { readonly pin?: string; readonly message?: string; readonly phoneNumber?: string } | undefined;
  isAsleep: boolean;
  isPoweredOn: boolean;
  restarts: number;
  erasures: number;
  /** How often each order was carried out that must not be carried out twice, by its `CommandUUID`. */
  orders: Map<string, number>;
  /** Pushes that came while it slept, was off or was not enrolled. */
  missedPushes: number;
  /** By request type: how often it fails yet, and the error; without one the command is taken as malformed. */
  failures: Map<string, { times: number; readonly chain: ErrorChain | undefined }>;
  /** So many of the next reports are sent twice. */
  repeats: number;
}

export interface Device {
  readonly hardware: Hardware;
  readonly setup: DeviceSetup;
  readonly state: DeviceState;
}

/** The enrolment, where there must be one. */
export function enrollmentOf({ hardware, state }: Device): Enrollment {
  if (!state.enrollment) throw new Error(`${hardware.name} is not enrolled`);
  return state.enrollment;
}
