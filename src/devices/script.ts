import type { Id } from '../kernel/id.ts';

export const scriptTypes = ['once', 'loop', 'onDemand'] as const;

/** That a script shall run, on one device or wherever a policy applies. */
export interface Script {
  readonly type: (typeof scriptTypes)[number];
  /** The asset that holds the script. */
  readonly id: Id;
  /** Minutes between two runs of a `loop`. */
  readonly loopTime?: number;
  /** A script of type `once` runs again when this moment (ISO 8601) changes. */
  readonly resetDate?: string;
  /** What the script is called with; may contain `{{device.x}}` and `{{user.x}}`. */
  readonly arguments?: string;
  readonly scope?: 'machine' | 'user';
}
