import { noDeclarations } from './declaration-state.ts';
import type { Device } from './state.ts';

/** Ends the management: what it installed goes with it, what the person installed stays. */
export function forgetEnrollment({ state }: Device): void {
  state.enrollment = undefined;
  state.users.clear();
  state.device.profiles = state.device.profiles.filter(({ source }) => source === 'person');
  state.device.declarations = noDeclarations();
  state.awaitsConfiguration = false;
}
