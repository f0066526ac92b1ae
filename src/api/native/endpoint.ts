import { endpointsOf, type EndpointOf } from '../../http/index.ts';
import type { Permission } from '../../tenancy/index.ts';

export type { EndpointAnswer } from '../../http/index.ts';

export interface Given {
  /** The permissions that a name stands for, Muster's own or one of a dialect that the server speaks; none for an unknown name. */
  readonly permissionsOf: (name: string) => readonly Permission[];
}

export interface Own {
  /** With the URL unique among all operations; OpenAPI's `operationId`. */
  readonly name: string;
}

/** One operation of Muster's own API, its path below `/api/v1/organizations/{organization}`. */
export type Endpoint = EndpointOf<Given, Own>;

export const endpoint = endpointsOf<Given, Own>();
