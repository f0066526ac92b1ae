import type { KeySource } from '../pki/certificates.ts';
import { newTurn } from '../in-turn.ts';
import type { DeviceResponse, Transport } from '../transport.ts';
import type { Credential } from './enroll/credential.ts';
import { enroll, renew, type EnrollOptions } from './enroll/enroll.ts';
import { makeHardware, type GivenHardware } from './hardware.ts';
import { leave } from './leave.ts';
import { nodesOf } from './session/node-context.ts';
import { runSession, type SessionReport } from './session/session.ts';
import type { Device, DeviceSetup, DeviceState } from './state.ts';
import type { NodeFault } from './tree/faults.ts';
import { valueAt } from './tree/operations.ts';
import { newNodeStore, put, removeSubtree, type NodeFormat } from './tree/store.ts';
import { parseUri, type NodeUri } from './tree/uri.ts';

export interface WindowsDeviceOptions extends Partial<Omit<DeviceSetup, 'transport'>> {
  readonly hardware: GivenHardware;
  readonly transport: Transport;
  readonly random: (size: number) => Buffer;
  readonly clock: () => Date;
  /** Such as `keyPool(8)`. */
  readonly newKeyPair: KeySource;
}

export interface SimulatedWindowsDevice extends Device {
  enroll(discoveryUrl: string, credential: Credential, options?: EnrollOptions): Promise<void>;
  /** Gets another certificate, as it does by itself some weeks before the one that it has ends. */
  renew(): Promise<void>;
  /** A session; asleep, none. What it began, such as a download, has ended when this has. */
  sync(): Promise<SessionReport>;
  /** The person ends the management: the PC tells the server, and forgets what it set, whether the server heard of it or not. */
  unenroll(): Promise<void>;
  /** Forgets the enrolment without a word. */
  forget(): void;
  /** Sends the last message again, as it was; what comes back is not looked at. */
  replay(): Promise<DeviceResponse>;
  signIn(who: DeviceState['signedIn']): void;
  sleep(): void;
  wake(): void;
  /** What is asked of this node fails. */
  fail(uri: string, fault: NodeFault): void;
  heal(uri: string): void;
  /** The next so many results are sent twice. */
  repeatResults(times: number): void;
  /** What a node comes to; undefined where it is not there. */
  value(uri: string): string | undefined;
  /** Somebody who sits in front of it changes a node. */
  setLocally(uri: string, data: string, format: NodeFormat): void;
  /** Somebody removes a node, and what lies below it. */
  removeLocally(uri: string): void;
}

/** A Windows PC that is not enrolled yet. Its messages never overtake each other. */
export function simulatedWindowsDevice(options: WindowsDeviceOptions): SimulatedWindowsDevice {
  const setup: DeviceSetup = {
    certificate: { kind: 'none' },
    firstCredential: 'none',
    signatureHeader: 'ms-signature',
    maxMsgSize: undefined,
    maxObjSize: undefined,
    nodes: [],
    maximumMessages: 200,
    ...options,
  };
  const state: DeviceState = {
    enrollment: undefined,
    identity: undefined,
    nonce: Buffer.alloc(0),
    nodes: newNodeStore(),
    faults: new Map(),
    signedIn: 'user',
    isAsleep: false,
    sessions: 0,
    alerts: [],
    work: [],
    restarts: 0,
    erasures: 0,
    orders: new Map(),
    repeats: 0,
    lastRequest: undefined,
  };
  const device: Device = { hardware: makeHardware(options.hardware, options.random), setup, state };
  const inTurn = newTurn();

  async function sync(): Promise<SessionReport> {
    if (state.isAsleep) return noSession;
    try {
      return await runSession(device);
    } finally {
      for (const one of state.work.splice(0)) await one();
    }
  }
  return {
    ...device,
    enroll: (url, credential, enrollOptions) => inTurn(() => enroll(device, url, credential, enrollOptions)),
    renew: () => inTurn(() => renew(device)),
    sync: () => inTurn(sync),
    unenroll: () =>
      inTurn(async () => {
        state.alerts.push({
          type: 'com.microsoft:mdm.unenrollment.userrequest',
          format: 'int',
          data: '1',
          mark: 'critical',
        });
        try {
          await sync();
        } finally {
          leave(device);
        }
      }),
    forget: () => leave(device),
    replay: () =>
      inTurn(() => {
        if (!state.lastRequest) throw new Error('nothing was sent yet');
        return setup.transport(state.lastRequest);
      }),
    signIn: (who) => void (state.signedIn = who),
    sleep: () => void (state.isAsleep = true),
    wake: () => void (state.isAsleep = false),
    fail: (uri, fault) => void state.faults.set(addressed(uri).key, { ...fault }),
    heal: (uri) => void state.faults.delete(addressed(uri).key),
    repeatResults: (times) => void (state.repeats = times),
    value(uri) {
      const { context, trees } = nodesOf(device);
      const { segments, key } = addressed(uri);
      return state.nodes.nodes.get(key)?.data ?? valueAt(context, trees, segments)?.data;
    },
    setLocally: (uri, data, format) => put(state.nodes, { segments: addressed(uri).segments, data, format }),
    removeLocally: (uri) => void removeSubtree(state.nodes, addressed(uri).segments),
  };
}

const noSession: SessionReport = {
  sessionId: '',
  messages: 0,
  received: [],
  wasChallenged: false,
  isAborted: false,
};

function addressed(uri: string): NodeUri {
  const parsed = parseUri(uri);
  if (!parsed) throw new Error(`'${uri}' is no address of a node`);
  return parsed;
}
