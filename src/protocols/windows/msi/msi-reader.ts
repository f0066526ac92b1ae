import { Fault } from '../../../kernel/fault.ts';
import { readAssetPart, type Asset } from '../../../policies/index.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { readMsiProperties } from './wire/msi-properties.ts';

/** What a package of the Windows Installer installs, or why that cannot be told, for people. */
type MsiProduct =
  | { readonly productCode: string; readonly productVersion: string }
  | { readonly reason: string };

type PackageFile = Pick<Asset, 'id' | 'fileName' | 'size'>;

/** Reads packages. Made once per process: it keeps what it read, because an asset's file never changes. */
export interface MsiReader {
  read(context: ReadContext, asset: PackageFile): Promise<MsiProduct>;
}

/** `most` bounds how many products are kept; each takes a few hundred octets. */
export function msiReader(most = 10_000): MsiReader {
  const kept = new Map<string, MsiProduct>();
  // A package is in memory as a whole while it is read, and thousands of PCs may ask for a new one at once.
  const reading = new Map<string, Promise<MsiProduct>>();

  async function readNew(name: string, context: ReadContext, asset: PackageFile): Promise<MsiProduct> {
    try {
      const { id, size } = asset;
      const product = productOf(await readAssetPart(context, id, { start: 0, length: size }), asset);
      const [oldest] = kept.keys();
      if (kept.size >= most && oldest !== undefined) kept.delete(oldest);
      kept.set(name, product);
      return product;
    } finally {
      reading.delete(name);
    }
  }

  return {
    async read(context, asset) {
      const name = `${context.scope.organization.id} ${asset.id}`;
      const known = kept.get(name);
      if (known) return known;
      const product = reading.get(name) ?? readNew(name, context, asset);
      reading.set(name, product);
      return product;
    },
  };
}

const guid = /^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/i;

function productOf(file: Buffer, { fileName }: Pick<Asset, 'fileName'>): MsiProduct {
  try {
    const properties = readMsiProperties(file);
    const productCode = properties.get('ProductCode') ?? '';
    const productVersion = properties.get('ProductVersion') ?? '';
    if (!guid.test(productCode)) return { reason: `'${fileName}' names no product code.` };
    return { productCode: productCode.toUpperCase(), productVersion };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { reason: `'${fileName}' is no MSI package that can be read. ${error.message}` };
  }
}
