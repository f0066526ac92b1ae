import { loadPartners, type Partner } from '../../compliance/index.ts';
import type { OwnedId, Reader } from '../../database/index.ts';
import { loadPushCertificates, type StoredPushCertificate } from '../../devices/push-certificate/index.ts';
import { gather } from '../../kernel/gather.ts';
import type { Id } from '../../kernel/id.ts';
import { deviceConfigurations, loadPolicies, type Policy } from '../../policies/index.ts';

/** Reads of one thing whose statements concurrent requests share. */
export interface GatheredReads {
  readonly partner: (key: OwnedId) => Promise<Partner | undefined>;
  readonly deviceConfiguration: (key: OwnedId) => Promise<Policy | undefined>;
  /** By organization. */
  readonly pushCertificate: (organizationId: Id) => Promise<StoredPushCertificate | undefined>;
}

/** Made once for each source: only reads of the same one can be gathered. */
export function gatheredReads(db: Reader): GatheredReads {
  return {
    partner: gather((keys: readonly OwnedId[]) => loadPartners(db, keys)),
    deviceConfiguration: gather((keys: readonly OwnedId[]) => loadPolicies(db, deviceConfigurations, keys)),
    pushCertificate: gather((ids: readonly Id[]) => loadPushCertificates(db, ids)),
  };
}
