import type { DeviceFacts } from '../devices/index.ts';
import type { System } from './engine/index.ts';

/** Undefined for an Apple device that has not told its operating system, and for Apple's other ones. */
export function systemOf({ platform, os }: Pick<DeviceFacts, 'platform' | 'os'>): System | undefined {
  if (platform === 'windows') return 'windows';
  if (/^(mac ?os|os ?x)\b/i.test(os ?? '')) return 'macOS';
  return /^(i(pad)?os|iphone ?os)\b/i.test(os ?? '') ? 'iOS' : undefined;
}
