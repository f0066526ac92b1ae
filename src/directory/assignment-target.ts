import type { Violation } from '../kernel/fault.ts';

/** Narrows a target to the devices that a filter lets in or keeps out. */
interface AssignmentFilter {
  readonly id: string;
  readonly type: 'include' | 'exclude';
}

/** Whom an assignment is meant for. Group ids are GUIDs. */
export type AssignmentTarget = { readonly filter?: AssignmentFilter } & (
  | { readonly kind: 'allDevices' | 'allLicensedUsers' }
  | { readonly kind: 'configurationManagerCollection'; readonly collectionId: string }
  | { readonly kind: 'group' | 'exclusionGroup'; readonly groupId: string }
);

const longestId = 256;
const guidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The target with its group's id in lower case, so that equal ids are equal texts. */
export function normalizedTarget(target: AssignmentTarget): AssignmentTarget {
  return 'groupId' in target ? { ...target, groupId: target.groupId.toLowerCase() } : target;
}

/** What is wrong with the ids of a target that stands at `path`. Whether there is such a group is not looked up. */
export function targetViolations(target: AssignmentTarget, path: string): Violation[] {
  const violations = target.filter ? idViolations(target.filter.id, `${path}.filter.id`) : [];
  if ('collectionId' in target) {
    violations.push(...idViolations(target.collectionId, `${path}.collectionId`));
  }
  if ('groupId' in target && !guidShape.test(target.groupId)) {
    violations.push({ path: `${path}.groupId`, message: 'must be a GUID' });
  }
  return violations;
}

function idViolations(id: string, path: string): Violation[] {
  const length = Array.from(id).length;
  if (length > 0 && length <= longestId) return [];
  return [{ path, message: `must have 1 to ${longestId} characters` }];
}
