import type { Reader, Transaction } from '../database/index.ts';
import { Fault } from '../kernel/fault.ts';
import type { Id, NewId } from '../kernel/id.ts';
import type { Permission } from './permissions.ts';
import { plans, type Feature, type Plan } from './plans.ts';
import type { SecretBox } from './secret-box.ts';

export interface Organization {
  readonly id: Id;
  /** Lower-case letters, digits and hyphens; accepted in paths instead of the id. */
  readonly slug: string;
  readonly name: string;
  /** The Entra-style tenant GUID under which OAuth2 clients sign in. */
  readonly tenantId: string;
  readonly plan: Plan;
  readonly createdAt: Date;
}

/** Who is asking. */
export interface Principal {
  readonly kind: 'serviceAccount' | 'application' | 'operator' | 'device';
  readonly id: Id | null;
  readonly name: string;
  readonly permissions: ReadonlySet<Permission>;
}

/** Who asks, in which organization, in which request. Every query of a domain takes it, so that no query can forget it. */
export interface Scope {
  readonly organization: Organization;
  readonly principal: Principal;
  readonly requestId: string;
}

/** What a read needs. */
export interface ReadContext {
  readonly db: Reader;
  readonly scope: Scope;
}

/** A part of a list in the order of its ids: at most `limit` items behind the one that ended the part before. */
export interface ListPart {
  readonly after?: Id | undefined;
  readonly limit: number;
}

/**
 * What a change touched of that which decides what devices get and when, so that it can be worked out again before the change is committed.
 * Who writes one of these says so, however the write came about.
 */
export interface Touched {
  /** Devices that are new or gone, or whose tags, user, serial number, operating system, groups or own policies are other ones now. */
  readonly devices: Set<Id>;
  /** Users whose tags, metadata or groups are other ones now. */
  readonly users: Set<Id>;
  /** Audiences with other selectors. */
  readonly audiences: Set<Id>;
  /** Policies that are meant for others than before, whether by targets or by automation rules. */
  readonly assignments: Set<Id>;
  /** Policies with another content. */
  readonly policies: Set<Id>;
  /** Platforms of which devices have a reason to call; they are woken when the change is committed. */
  readonly woken: Set<'apple'>;
}

export function nothingTouched(): Touched {
  return {
    devices: new Set(),
    users: new Set(),
    audiences: new Set(),
    assignments: new Set(),
    policies: new Set(),
    woken: new Set(),
  };
}

/** What a change needs: one transaction and one moment. */
export interface WriteContext extends ReadContext {
  readonly db: Transaction;
  readonly now: Date;
  readonly newId: NewId;
  readonly secrets: SecretBox;
  readonly touched: Touched;
}

/** Refuses with `featureNotInPlan` unless the organization's plan has the feature. */
export function requireFeature(scope: Scope, feature: Feature): void {
  const features: readonly Feature[] = plans[scope.organization.plan];
  if (!features.includes(feature)) {
    throw new Fault(
      'featureNotInPlan',
      `The plan '${scope.organization.plan}' of organization '${scope.organization.slug}' does not include ${feature}.`,
    );
  }
}
