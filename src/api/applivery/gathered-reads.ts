import { loadEntraConfigurations, type EntraConfiguration } from '../../compliance/index.ts';
import type { Reader } from '../../database/index.ts';
import { loadDevices, type Device, type DeviceKey } from '../../devices/index.ts';
import { inventoryOf } from '../../devices/inventory/index.ts';
import { gather } from '../../kernel/gather.ts';
import type { Id } from '../../kernel/id.ts';
import { toldParts, type Told } from './resources/apple-device-shape.ts';
import { windowsDeviceReader, type WindowsDeviceReader } from '../../policies/index.ts';

/** Reads whose statements concurrent requests share. */
export interface GatheredReads {
  readonly windowsDevices: WindowsDeviceReader;
  /** The Apple device that a key names, as `loadDevices` finds it. */
  readonly appleDevice: (wanted: Owned<{ readonly key: DeviceKey }>) => Promise<Device | undefined>;
  /** What a device last told of itself, as far as the answers of this API show it. */
  readonly told: (device: Owned<{ readonly id: Id }>) => Promise<Told>;
  /** By organization. */
  readonly entraConfiguration: (organizationId: Id) => Promise<EntraConfiguration | undefined>;
}

type Owned<Named> = Named & { readonly organizationId: Id };

/** Made once for each source: only reads of the same one can be gathered. */
export function gatheredReads(db: Reader): GatheredReads {
  return {
    windowsDevices: windowsDeviceReader(db),
    appleDevice: gather((wanted: readonly Owned<{ readonly key: DeviceKey }>[]) =>
      loadDevices(
        db,
        wanted.map(({ organizationId, key }) => ({ organizationId, platform: 'apple', key })),
      ),
    ),
    told: gather((devices: readonly Owned<{ readonly id: Id }>[]) => inventoryOf(db, devices, toldParts)),
    entraConfiguration: gather((ids: readonly Id[]) => loadEntraConfigurations(db, ids)),
  };
}
