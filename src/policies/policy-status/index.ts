export { findDeviceStatus, listDeviceStatuses, type DeviceStatus } from './device-statuses.ts';
export { countDevicesOfPolicy } from './devices-of-policy.ts';
export { settingsOf, settingSummaries, type SettingSummary } from './setting-summaries.ts';
export { statusOfSetting, type PolicyStatus } from './status-on-device.ts';
export { deviceStatusOverview, userStatusOverview, type StatusOverview } from './status-overviews.ts';
export { countUsersOfPolicy, findUserStatus, listUserStatuses, type UserStatus } from './user-statuses.ts';
