import type { CertificateHeader } from '../certificate-header.ts';
import type { Identity } from '../pki/asn1.ts';
import type { KeySource } from '../pki/certificates.ts';
import type { DeviceRequest, Transport } from '../transport.ts';
import type { WindowsHardware } from './hardware.ts';
import type { NodeFault } from './tree/faults.ts';
import type { NodeRule } from './tree/rules.ts';
import type { NodeStore } from './tree/store.ts';

/** How the certificate of the enrolment reaches the server in a session. */
type ShownCertificate =
  | { readonly kind: 'tls' }
  | ({ readonly kind: 'proxyHeader' } & CertificateHeader)
  /** It does not, as behind many proxies: the server must ask for the digest. */
  | { readonly kind: 'none' };

/** What a device works with. */
export interface DeviceSetup {
  readonly transport: Transport;
  readonly random: (size: number) => Buffer;
  readonly clock: () => Date;
  readonly newKeyPair: KeySource;
  readonly certificate: ShownCertificate;
  /** What the first message of a session proves itself with. `digest`: with the nonce that it has kept. */
  readonly firstCredential: 'none' | 'digest' | 'basic';
  /** Of the signature over a message, where the server wants one. */
  readonly signatureHeader: 'ms-signature' | 'mdm-signature';
  /** In octets; undefined announces none. */
  readonly maxMsgSize: number | undefined;
  readonly maxObjSize: number | undefined;
  /** Looked at before the nodes that every device has. */
  readonly nodes: readonly NodeRule[];
  /** Messages in one session, after which the server is taken to have lost its way. */
  readonly maximumMessages: number;
}

/** Minutes, as the provisioning document has them. */
export interface Poll {
  readonly numberOfFirstRetries: number;
  readonly intervalForFirstSetOfRetries: number;
  readonly numberOfSecondRetries: number;
  readonly intervalForSecondSetOfRetries: number;
  readonly numberOfRemainingScheduledRetries: number;
  readonly intervalForRemainingScheduledRetries: number;
  readonly pollOnLogin: boolean;
  readonly allUsersPollOnFirstLogin: boolean;
}

/** The digest by which a client proves itself. */
export interface Account {
  readonly name: string;
  readonly secret: string;
}

/** What a provisioning document sets up. */
export interface Provisioning {
  readonly providerId: string;
  readonly managementUrl: string;
  readonly account: Account;
  /** The first one. */
  readonly nonce: Buffer;
  readonly poll: Poll;
  readonly entDmId: string | undefined;
  readonly upn: string | undefined;
}

export interface Enrollment extends Provisioning {
  /** `User` where a person has enrolled the PC, `System` where the PC was joined. */
  readonly store: 'User' | 'System';
  readonly enrollmentServiceUrl: string;
  readonly requestDigest: 'sha1' | 'sha256';
}

/** An event that goes into the first message of the next session. */
export interface PendingAlert {
  readonly type: string;
  readonly format: 'int' | 'chr';
  readonly data: string;
  readonly mark?: string;
  /** The node that it is about. */
  readonly source?: string;
}

export interface DeviceState {
  enrollment: Enrollment | undefined;
  identity: Identity | undefined;
  nonce: Buffer;
  /** The tree. */
  nodes: NodeStore;
  faults: Map<string, NodeFault>;
  /** Whose session it is: the user who has enrolled, somebody else, nobody. */
  signedIn: 'user' | 'others' | 'none';
  isAsleep: boolean;
  sessions: number;
  /** In front of the next session. */
  alerts: PendingAlert[];
  /** What was begun in a session and goes on after it. */
  work: (() => Promise<void>)[];
  restarts: number;
  erasures: number;
  /** How often each command that must not be carried out twice was, by its `CmdID`. */
  orders: Map<string, number>;
  /** So many of the next results are sent twice. */
  repeats: number;
  lastRequest: DeviceRequest | undefined;
}

export interface Device {
  readonly hardware: WindowsHardware;
  readonly setup: DeviceSetup;
  readonly state: DeviceState;
}

/** The enrolment, where there must be one. */
export function enrollmentOf({ hardware, state }: Device): {
  readonly enrollment: Enrollment;
  readonly identity: Identity;
} {
  const { enrollment, identity } = state;
  if (!enrollment || !identity) throw new Error(`${hardware.name} is not enrolled`);
  return { enrollment, identity };
}
