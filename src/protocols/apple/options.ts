import type { X509Certificate } from 'node:crypto';
import type { Database } from '../../database/index.ts';
import type { ScepServices } from './scep/answer.ts';

export interface AppleOptions {
  readonly services: ScepServices & { readonly database: Database };
  /** The authority of the server's TLS certificate, where devices do not trust it already. */
  readonly tlsAuthority: X509Certificate | undefined;
  /** Origin without a slash at the end. */
  readonly publicUrl: string;
}
