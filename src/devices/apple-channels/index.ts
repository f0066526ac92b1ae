export { askAppleDevice } from './ask-for-report.ts';
export { authenticate } from './authenticate.ts';
export type { AppleChannel, ChannelIdentity, ChannelKind } from './channel.ts';
export { channelsOfDevices, lockChannel, saveChannel } from './channels.ts';
export { contactOf } from './contact.ts';
export { checkOut, endChannels } from './check-out.ts';
export { escrowedToken, keepBootstrapToken } from './escrowed-tokens.ts';
export { appleChannelMigrations } from './migrations/index.ts';
export { notedBefore, noteSeen, type Call } from './note-seen.ts';
export { addWakeJob, requestWake, wakeJob } from './request-wake.ts';
export {
  lastWakeOf,
  nextWakeAt,
  recordWakes,
  retryWakes,
  type TriedChannel,
  type WakeOutcome,
} from './wake.ts';
export { updateToken } from './update-token.ts';
