import type { Database } from '../../database/index.ts';
import type { ScepServices } from './scep/answer.ts';

export interface AppleOptions {
  readonly services: ScepServices & { readonly database: Database };
  /** Origin without a slash at the end. */
  readonly publicUrl: string;
}
