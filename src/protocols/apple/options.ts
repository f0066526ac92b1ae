import type { X509Certificate } from 'node:crypto';
import type { Database } from '../../database/index.ts';
import type { DocumentReader } from '../../policies/index.ts';
import type { CommandContents } from './connect/command-content.ts';
import type { CertificateSources } from './device-certificate.ts';
import type { ScepServices } from './scep/answer.ts';

/** What the routes are given by the process. */
export interface AppleSettings {
  readonly services: ScepServices & { readonly database: Database };
  readonly documents: DocumentReader;
  /** The authority of the server's TLS certificate, where devices do not trust it already. */
  readonly tlsAuthority: X509Certificate | undefined;
  /** Origin without a slash at the end. */
  readonly publicUrl: string;
  /** In which a proxy that ends TLS tells the certificate of the client; undefined when there is none. */
  readonly certificateHeader: string | undefined;
}

/** What all routes of devices share, made once. */
export interface AppleOptions extends AppleSettings {
  readonly sources: CertificateSources;
  readonly contents: CommandContents;
}
