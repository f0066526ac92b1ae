import { loadEntraConfigurations, type EntraConfiguration } from '../../compliance/index.ts';
import type { Reader } from '../../database/index.ts';
import { gather } from '../../kernel/gather.ts';
import type { Id } from '../../kernel/id.ts';
import { windowsDeviceReader, type WindowsDeviceReader } from '../../policies/index.ts';

/** Reads whose statements concurrent requests share. */
export interface GatheredReads {
  readonly windowsDevices: WindowsDeviceReader;
  /** By organization. */
  readonly entraConfiguration: (organizationId: Id) => Promise<EntraConfiguration | undefined>;
}

/** Made once for each source: only reads of the same one can be gathered. */
export function gatheredReads(db: Reader): GatheredReads {
  return {
    windowsDevices: windowsDeviceReader(db),
    entraConfiguration: gather((ids: readonly Id[]) => loadEntraConfigurations(db, ids)),
  };
}
