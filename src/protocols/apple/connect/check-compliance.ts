import { keepVerdict } from '../../../compliance/index.ts';
import type { AppleChannel } from '../../../devices/apple-channels/index.ts';
import type { Device } from '../../../devices/index.ts';
import { deliveriesOf, settingsNotInPlace } from '../../../policies/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import type { ToHave } from './situation.ts';

/** Devices tell what became of their declarations by themselves, within minutes. Who is silent for so long, or was told again, does not tell. */
const awaited = 3_600_000;

/**
 * Judges a device, once what was delivered is saved: when nothing is left to tell the device itself, and it has said what became of its
 * declarations. Its users may call first when something changes, so their calls judge it only when it has been told.
 */
export async function checkCompliance(
  context: WriteContext,
  device: Device,
  { deviceChannel }: Pick<AppleChannel, 'deviceChannel'>,
  { document, documentKey }: Pick<ToHave, 'document' | 'documentKey'>,
): Promise<void> {
  if (!document) return;
  const deliveries = (await deliveriesOf(context, [device.id])).get(device.id) ?? [];
  const own = deliveries.find(({ channel }) => channel === deviceChannel);
  if (own?.settledKey !== documentKey) return;
  const isAwaited = Object.values(own.items).some(
    ({ state, at, attempts }) =>
      state === 'sent' && attempts === 1 && context.now.getTime() - new Date(at).getTime() < awaited,
  );
  if (isAwaited) return;
  await keepVerdict(context, device, settingsNotInPlace(document, device.summary, deliveries));
}
