import type { CommandMakers } from '../../devices/commands/index.ts';
import { endpointsOf, type EndpointOf } from '../../http/index.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Id } from '../../kernel/id.ts';
import type { DocumentReader, Plan, ProposedChange } from '../../policies/index.ts';
import type { Permission, Scope } from '../../tenancy/index.ts';

export type { EndpointAnswer } from '../../http/index.ts';

export interface Given {
  /** The permissions that a name stands for, Muster's own or one of a dialect that the server speaks; none for an unknown name. */
  readonly permissionsOf: (name: string) => readonly Permission[];
  /** Of policies, for what devices shall have. */
  readonly documents: DocumentReader;
  /** Make the commands that devices of an organization take. */
  readonly commandMakers: CommandMakers;
  /** Origin without a slash at the end. */
  readonly publicUrl: string;
  /** Undefined within a plan: there changes are tried already. */
  readonly planning: Planning | undefined;
}

/** Tries changes, and makes those of a plan: see `makePlan` and `applyPlan`. */
export interface Planning {
  make(scope: Scope, changes: readonly ProposedChange[]): Promise<Plan>;
  apply(scope: Scope, planId: Id): Promise<Plan>;
}

export function requirePlanning(planning: Planning | undefined): Planning {
  if (planning) return planning;
  throw new Fault('routeNotFound', 'There are no plans within a plan.');
}

export interface Own {
  /** With the URL unique among all operations; OpenAPI's `operationId`. */
  readonly name: string;
  /** When a GET answers 409, if ever. */
  readonly outdated?: string;
}

/** One operation of Muster's own API, its path below `/api/v1/organizations/{organization}`. */
export type Endpoint = EndpointOf<Given, Own>;

export const endpoint = endpointsOf<Given, Own>();
