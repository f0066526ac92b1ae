export {
  deviceNotFound,
  lockDevice,
  makeDevice,
  moveDevice,
  noteEnrolled,
  requireSegmentOfInput,
  saveDevice,
  targetOf as auditTargetOfDevice,
} from './change-device.ts';
export { applyFacts, type ReportedFacts } from './apply-facts.ts';
export { createDevice, type NewDevice } from './create-device.ts';
export {
  deviceKey,
  deviceStates,
  deviceSubTypes,
  nameOfDevice,
  type Device,
  type DeviceKey,
  type DeviceSummary,
  type Platform,
} from './device.ts';
export { factText, knownFacts, longestDeviceName } from './fact-text.ts';
export { needInfo, noteInfoTold } from './refresh-info.ts';
export { factsOf, loadDeviceFacts, type DeviceFacts } from './device-facts.ts';
export { devicesByIds, loadDevices, type WantedDevice } from './find-devices.ts';
export { idsOfDevices } from './ids-of-devices.ts';
export { groupsOfDevices } from './group-devices.ts';
export {
  addGroupMembers,
  groupMembersByIds,
  listGroupMembers,
  removeGroupMembers,
  type FullGroupMember,
} from './group-members.ts';
export {
  deviceCountsOfUsers,
  devicesRunning,
  listDevices,
  listDeviceTags,
  type DeviceCounts,
  type DeviceFilter,
  type DeviceSortField,
  type IdQuery,
} from './list-devices.ts';
export { devicesMigrations } from './migrations/index.ts';
export { renameDevice } from './rename-device.ts';
export { forgetConfig, reportConfig } from './report-config.ts';
export { saveAgentLocation } from './save-location.ts';
export { scriptTypes, type Script } from './script.ts';
export { requireUserOfInput, updateDevice, type DeviceUpdate } from './update-device.ts';
