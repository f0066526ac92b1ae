export { normalizedTarget, targetViolations, type AssignmentTarget } from './assignment-target.ts';
export {
  addGroupUsers,
  auditGroupMembers,
  groupsOfUsers,
  removeGroupUsers,
  requireMembers,
  type GroupMember,
} from './group-members.ts';
export {
  createGroup,
  groupsByIds,
  listAllGroups,
  listGroups,
  lockGroup,
  removeGroup,
  requireGroup,
  updateGroup,
  type Group,
  type GroupContent,
} from './groups.ts';
export { directoryMigrations } from './migrations/index.ts';
export { rootId as rootSegmentId, type Tree } from './segment-tree.ts';
export {
  createSegment,
  expandSegment,
  readSegmentTree,
  removeSegment,
  requireSegment,
  updateSegment,
  type Segment,
} from './segments.ts';
export {
  createUser,
  listUsers,
  listUserTags,
  loadUsers,
  metadataLimit,
  removeUser,
  requireUser,
  updateUser,
  usersByEmails,
  usersByIds,
  userSortFields,
  type User,
  type UserContent,
} from './users.ts';
