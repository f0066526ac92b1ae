import type { Id } from '../kernel/id.ts';
import type { AssetExtension, AssetType } from './asset-type.ts';

/** What an administrator may change of an asset. */
export interface AssetContent {
  readonly name: string;
  readonly description: string | null;
  /** Number of the segment; 0 is the root. */
  readonly segment: number;
  /** Segments below may use it too. */
  readonly exposeToChildren: boolean;
}

/** An uploaded file: an installer, a script, a certificate, a picture. */
export interface Asset extends AssetContent {
  readonly id: Id;
  /** Follows from the extension, as the platform does. */
  readonly type: AssetType;
  readonly extension: AssetExtension;
  readonly fileName: string;
  readonly mimeType: string;
  /** Bytes. */
  readonly size: number;
  /** Of the file, in hex. */
  readonly sha256: string;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
