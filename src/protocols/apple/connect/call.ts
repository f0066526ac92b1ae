import type { AppleChannel } from '../../../devices/apple-channels/index.ts';
import { recordEvents, type DeviceEvent } from '../../../devices/events/index.ts';
import type { Device } from '../../../devices/index.ts';
import type { Delivery, ResolvedDocument } from '../../../policies/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import type { Declaration } from '../declarations/declaration.ts';
import type { DeviceFacts } from '../delivery/facts.ts';
import type { Situation } from './next-command.ts';

/** A call of a device in its transaction: what the device is, shall have and has. */
export interface Call extends Situation {
  readonly device: Device;
  /** Stands for what the device shall have. */
  readonly documentKey: string;
  /** Undefined where it is not worked out. */
  readonly document: ResolvedDocument | undefined;
  /** The device has told something that can change what it shall have, which was not worked out again. */
  readonly isOutdated: boolean;
  /** Of the value of each setting, by its key. */
  readonly digests: ReadonlyMap<string, string>;
  readonly declarations: readonly Declaration[];
  /** Undefined for a device of which it is not known what it can take. */
  readonly facts: DeviceFacts | undefined;
}

export function withChannel(call: Call, change: Partial<AppleChannel>): Call {
  return { ...call, channel: { ...call.channel, ...change } };
}

/** Another delivery, and what happened for it to become so. */
export async function withEvents(
  context: WriteContext,
  call: Call,
  changed: {
    readonly delivery: Delivery;
    readonly events: readonly Pick<DeviceEvent, 'title' | 'details'>[];
  },
): Promise<Call> {
  await recordEvents(context, call.channel.deviceId, changed.events);
  return { ...call, delivery: changed.delivery };
}
