import type { Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import { channelsOfDevices } from './channels.ts';
import type { AppleChannelRow } from './tables.ts';

/** When a device was heard of and what came of waking it, for people; undefined for one that never asked to enrol. */
export async function contactOf(context: ReadContext, deviceId: Id): Promise<string | undefined> {
  const channel = (await channelsOfDevices(context, [deviceId])).get(deviceId);
  return channel && textOf(channel);
}

function textOf(channel: AppleChannelRow): string {
  const { state, authenticated_at, ended_at, last_seen_at, woken_at, wake_outcome } = channel;
  if (state === 'authenticated') {
    return `It asked to enrol at ${authenticated_at.toISOString()} and has not finished.`;
  }
  if (state === 'ended') return `It left the management at ${ended_at!.toISOString()}.`;
  const seen = `It was last heard of at ${last_seen_at.toISOString()}`;
  if (!woken_at || !wake_outcome || woken_at < last_seen_at) return `${seen}.`;
  return wake_outcome.result === 'sent'
    ? `${seen}, and Apple was asked to wake it at ${woken_at.toISOString()}.`
    : `${seen}. It could not be woken at ${woken_at.toISOString()}: ${wake_outcome.message}`;
}
