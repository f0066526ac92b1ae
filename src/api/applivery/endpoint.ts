import { endpointsOf, type EndpointOf } from '../../http/index.ts';
import type { EntraConfiguration } from '../../compliance/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { WindowsDeviceReader } from '../../policies/index.ts';
import type { FaultOverrides } from './errors.ts';

export type { EndpointAnswer } from '../../http/index.ts';

export interface Given {
  /** Reads whose statements concurrent requests share. */
  readonly gathered: {
    readonly windowsDevices: WindowsDeviceReader;
    /** By organization. */
    readonly entraConfiguration: (organizationId: Id) => Promise<EntraConfiguration | undefined>;
  };
}

export interface Own {
  readonly faults?: FaultOverrides;
}

/** One operation of the Applivery API, its path below `/v1/organizations/{organizationId}`. */
export type Endpoint = EndpointOf<Given, Own>;

export const endpoint = endpointsOf<Given, Own>();
