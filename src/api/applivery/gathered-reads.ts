import { loadEntraConfigurations, type EntraConfiguration } from '../../compliance/index.ts';
import type { Reader } from '../../database/index.ts';
import { loadDevices, type Device, type WantedDevice } from '../../devices/index.ts';
import { inventoryOf } from '../../devices/inventory/index.ts';
import { gather } from '../../kernel/gather.ts';
import type { Id } from '../../kernel/id.ts';
import { toldParts, type Told } from './resources/apple-device-shape.ts';
import { windowsDeviceReader, type WindowsDeviceReader } from '../../policies/index.ts';

/** Reads whose statements concurrent requests share. */
export interface GatheredReads {
  readonly windowsDevices: WindowsDeviceReader;
  /** The device that a key names, as `loadDevices` finds it. */
  readonly device: (wanted: WantedDevice) => Promise<Device | undefined>;
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
    device: gather((wanted: readonly WantedDevice[]) => loadDevices(db, wanted)),
    told: gather((devices: readonly Owned<{ readonly id: Id }>[]) => inventoryOf(db, devices, toldParts)),
    entraConfiguration: gather((ids: readonly Id[]) => loadEntraConfigurations(db, ids)),
  };
}
