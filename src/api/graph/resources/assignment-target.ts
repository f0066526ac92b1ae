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
const filterIdName = 'deviceAndAppManagementAssignmentFilterId';

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

/**
 * Reads a target that has passed the model and stands at `path`. Faults: `invalidInput` when it is not there, its kind is not served or an
 * id is missing.
 */
export function assignmentTarget(target: GraphTarget | null, path: string): AssignmentTarget {
  if (!target) throw refuse(path, `The property '${path}' is required.`);
  const name = bareTypeName(target['@odata.type'] ?? '').replace('microsoft.graph.', '');
  const required = (property: 'collectionId' | 'groupId' | typeof filterIdName): string => {
    const value = target[property];
    if (value) return value;
    throw refuse(
      `${path}.${property}`,
      `The property '${path}.${property}' is required on type 'microsoft.graph.${name}'.`,
    );
  };
  const type = target.deviceAndAppManagementAssignmentFilterType;
  const isFiltered = type === 'include' || type === 'exclude';
  const filter = isFiltered ? { filter: { id: required(filterIdName), type } as const } : {};
  switch (name) {
    case 'allDevicesAssignmentTarget':
      return { kind: 'allDevices', ...filter };
    case 'allLicensedUsersAssignmentTarget':
      return { kind: 'allLicensedUsers', ...filter };
    case 'configurationManagerCollectionAssignmentTarget':
      return { kind: 'configurationManagerCollection', collectionId: required('collectionId'), ...filter };
    case 'groupAssignmentTarget':
      return { kind: 'group', groupId: required('groupId'), ...filter };
    case 'exclusionGroupAssignmentTarget':
      return { kind: 'exclusionGroup', groupId: required('groupId'), ...filter };
    default:
      throw refuse(path, `A target of type '${name}' is not supported at '${path}'.`);
  }
}
