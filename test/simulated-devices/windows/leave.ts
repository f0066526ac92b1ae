import type { Device } from './state.ts';
import { newNodeStore } from './tree/store.ts';

/** Ends the management: what it set goes with it. */
export function leave({ state }: Device): void {
  state.enrollment = undefined;
  state.identity = undefined;
  state.nodes = newNodeStore();
  state.alerts = [];
  state.work = [];
  state.lastRequest = undefined;
}

/** As new for the next user: what it was given is gone, and it stays enrolled. */
export function setUpAnew({ state }: Device): void {
  state.nodes = newNodeStore();
  state.alerts = [];
  state.work = [];
  state.restarts += 1;
  state.signedIn = 'none';
}

/** Back to how it came out of its box. */
export function erase(device: Device): void {
  leave(device);
  device.state.erasures += 1;
  device.state.faults.clear();
  device.state.signedIn = 'none';
}
