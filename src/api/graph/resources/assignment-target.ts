import type { AssignmentTarget } from '../../../directory/index.ts';
import { bareTypeName } from '../model/model.ts';
import { refuse } from '../violation.ts';

/** A `deviceAndAppManagementAssignmentTarget` as payloads have it. */
export interface GraphTarget {
  readonly '@odata.type'?: string;
  readonly collectionId?: string | null;
  readonly groupId?: string | null;
  readonly deviceAndAppManagementAssignmentFilterId?: string | null;
  readonly deviceAndAppManagementAssignmentFilterType?: string;
}

const suffix = 'AssignmentTarget';

/** @see https://learn.microsoft.com/graph/api/resources/intune-shared-deviceandappmanagementassignmenttarget */
export function graphTarget(target: AssignmentTarget): GraphTarget {
  return {
    '@odata.type': `#microsoft.graph.${target.kind}${suffix}`,
    ...('collectionId' in target && { collectionId: target.collectionId }),
    ...('groupId' in target && { groupId: target.groupId }),
    ...(target.filter && {
      deviceAndAppManagementAssignmentFilterId: target.filter.id,
      deviceAndAppManagementAssignmentFilterType: target.filter.type,
    }),
  };
}

/** Reads a target that has passed the model. Faults: `invalidInput` when its kind is not served or its id is missing. */
export function assignmentTarget(target: GraphTarget): AssignmentTarget {
  const filterType = target.deviceAndAppManagementAssignmentFilterType;
  const filterId = target.deviceAndAppManagementAssignmentFilterId;
  const filter =
    filterId && (filterType === 'include' || filterType === 'exclude')
      ? { filter: { id: filterId, type: filterType } as const }
      : {};
  const name = bareTypeName(target['@odata.type'] ?? '').replace('microsoft.graph.', '');
  switch (name) {
    case 'allDevicesAssignmentTarget':
      return { kind: 'allDevices', ...filter };
    case 'allLicensedUsersAssignmentTarget':
      return { kind: 'allLicensedUsers', ...filter };
    case 'configurationManagerCollectionAssignmentTarget':
      return {
        kind: 'configurationManagerCollection',
        collectionId: required(target.collectionId, 'collectionId', name),
        ...filter,
      };
    case 'groupAssignmentTarget':
      return { kind: 'group', groupId: required(target.groupId, 'groupId', name), ...filter };
    case 'exclusionGroupAssignmentTarget':
      return { kind: 'exclusionGroup', groupId: required(target.groupId, 'groupId', name), ...filter };
    default:
      throw refuse('target', `A target of type '${name}' is not supported for this assignment.`);
  }
}

function required(value: string | null | undefined, property: string, type: string): string {
  if (value) return value;
  throw refuse(
    `target.${property}`,
    `The property '${property}' is required on type 'microsoft.graph.${type}'.`,
  );
}
