import { normalizedTarget, targetViolations, type AssignmentTarget } from '../directory/index.ts';
import type { Violation } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';

/** What the partner's own service says of itself; `rejected` means that its messages are refused. */
export const partnerStates = [
  'unknown',
  'unavailable',
  'enabled',
  'terminated',
  'rejected',
  'unresponsive',
] as const;

export type PartnerState = (typeof partnerStates)[number];

export interface PartnerAssignment {
  readonly target: AssignmentTarget;
}

/** What an administrator or the partner's service writes. */
export interface PartnerProperties {
  readonly displayName: string | null;
  readonly partnerState: PartnerState;
  /** Null: never heard of. */
  readonly lastHeartbeatAt: Date | null;
  readonly macOsOnboarded: boolean;
  readonly androidOnboarded: boolean;
  readonly iosOnboarded: boolean;
  readonly linuxOnboarded: boolean;
  readonly macOsEnrollmentAssignments: readonly PartnerAssignment[];
  readonly androidEnrollmentAssignments: readonly PartnerAssignment[];
  readonly iosEnrollmentAssignments: readonly PartnerAssignment[];
  readonly linuxEnrollmentAssignments: readonly PartnerAssignment[];
}

/** A compliance management partner: another product that judges the devices of the users in the assigned groups. */
export interface Partner extends PartnerProperties {
  readonly id: Id;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A partner of which nothing was said yet. */
export const newPartner: PartnerProperties = {
  displayName: null,
  partnerState: 'unknown',
  lastHeartbeatAt: null,
  macOsOnboarded: false,
  androidOnboarded: false,
  iosOnboarded: false,
  linuxOnboarded: false,
  macOsEnrollmentAssignments: [],
  androidEnrollmentAssignments: [],
  iosEnrollmentAssignments: [],
  linuxEnrollmentAssignments: [],
};

const assignmentLists = [
  'macOsEnrollmentAssignments',
  'androidEnrollmentAssignments',
  'iosEnrollmentAssignments',
  'linuxEnrollmentAssignments',
] as const;

const longestName = 256;

/** The properties with group ids in lower case, so that equal ids are equal texts. */
export function normalizedPartner<Properties extends Partial<PartnerProperties>>(
  properties: Properties,
): Properties {
  const lists = assignmentLists.flatMap((name) => {
    const assignments = properties[name];
    return assignments
      ? [[name, assignments.map(({ target }) => ({ target: normalizedTarget(target) }))]]
      : [];
  });
  return { ...properties, ...Object.fromEntries(lists) };
}

/** What is wrong with a partner's properties. */
export function partnerViolations(properties: Partial<PartnerProperties>): Violation[] {
  const { displayName } = properties;
  const violations: Violation[] =
    displayName != null && Array.from(displayName).length > longestName
      ? [{ path: 'displayName', message: `must not have more than ${longestName} characters` }]
      : [];
  for (const name of assignmentLists) {
    for (const [index, { target }] of (properties[name] ?? []).entries()) {
      violations.push(...targetViolations(target, `${name}[${index}].target`));
    }
  }
  return violations;
}

/** The ids of all groups that the assignments name, each once. */
export function assignedGroupIds(properties: Partial<PartnerProperties>): string[] {
  const targets = assignmentLists.flatMap((name) => properties[name] ?? []).map(({ target }) => target);
  return [...new Set(targets.flatMap((target) => ('groupId' in target ? [target.groupId] : [])))];
}
