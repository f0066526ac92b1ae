import type { CommandMakers } from '../../devices/commands/index.ts';
import { endpointsOf, type EndpointOf } from '../../http/index.ts';
import type { FaultOverrides } from './errors.ts';
import type { GatheredReads } from './gathered-reads.ts';

export type { EndpointAnswer } from '../../http/index.ts';

export interface Given {
  readonly gathered: GatheredReads;
  /** Make the commands that devices of an organization take. */
  readonly commandMakers: CommandMakers;
  /** Origin without a slash at the end. */
  readonly publicUrl: string;
}

export interface Own {
  readonly faults?: FaultOverrides;
}

/** One operation of the Applivery API, its path below `/v1/organizations/{organizationId}`. */
export type Endpoint = EndpointOf<Given, Own>;

export const endpoint = endpointsOf<Given, Own>();
