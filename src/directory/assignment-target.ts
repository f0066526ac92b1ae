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
