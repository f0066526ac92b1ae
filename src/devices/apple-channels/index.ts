export { authenticate } from './authenticate.ts';
export type { AppleChannel, ChannelIdentity, ChannelKind } from './channel.ts';
export { channelsOfDevices, lockChannel, saveChannel } from './channels.ts';
export { contactOf } from './contact.ts';
export { checkOut } from './check-out.ts';
export { endManagement, removeAppleDevice, retireAppleDevice } from './end-management.ts';
export { escrowedToken, keepBootstrapToken } from './escrowed-tokens.ts';
export { giveCommand } from './give-command.ts';
export { appleChannelMigrations } from './migrations/index.ts';
export { notedBefore, noteSeen, type Call } from './note-seen.ts';
export { addWakeJob, requestWake, wakeJob } from './request-wake.ts';
export { requireEnrolled } from './require-enrolled.ts';
export { syncDevice } from './sync-device.ts';
export {
  lastWakeOf,
  nextWakeAt,
  recordWakes,
  retryWakes,
  type TriedChannel,
  type WakeOutcome,
} from './wake.ts';
export { updateToken } from './update-token.ts';
