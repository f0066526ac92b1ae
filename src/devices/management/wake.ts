import type { WriteContext } from '../../tenancy/index.ts';
import { requestWake } from '../apple-channels/index.ts';
import type { Device } from '../index.ts';

/** Has a device that has something to do called. A Windows PC calls by itself, as often as its enrolment told it to. */
export function wake(context: WriteContext, { platform }: Pick<Device, 'platform'>): void {
  if (platform === 'apple') requestWake(context);
}
