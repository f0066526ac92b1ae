import type { SignatureReader } from '../../cms/index.ts';
import type { Database } from '../../database/index.ts';
import type { DocumentReader } from '../../policies/index.ts';
import type { ChangeServices } from '../../tenancy/index.ts';
import type { KeySets } from './enroll/entra/key-sets.ts';

/** What the routes are given by the process. */
export interface WindowsSettings {
  readonly services: ChangeServices & {
    readonly database: Database;
    readonly randomBytes: (length: number) => Buffer;
  };
  /** Calls other servers. */
  readonly fetch: typeof globalThis.fetch;
  readonly documents: DocumentReader;
  /** Origin without a slash at the end. */
  readonly publicUrl: string;
  /** In which a proxy that ends TLS tells the certificate of the client; undefined when there is none. */
  readonly certificateHeader: string | undefined;
}

/** What all routes of PCs share, made once. */
export interface WindowsOptions extends WindowsSettings {
  readonly signatures: SignatureReader;
  readonly keySets: KeySets;
}
