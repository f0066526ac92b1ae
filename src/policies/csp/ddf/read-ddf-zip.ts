import { Fault } from '../../../kernel/fault.ts';
import type { CspNode } from '../node.ts';
import { readDdf } from './read-ddf.ts';
import { readZippedXml, type ZippedFile } from './read-zip.ts';

const limits = { entries: 5_000, bytes: 128 * 1024 * 1024 };

/**
 * All nodes of a zip file with DDF files in it. Of nodes in the same place the last one counts. Faults: `malformedBody`, `payloadTooLarge`;
 * the file in the zip file that is wrong is named.
 */
export async function readDdfZip(zip: Buffer): Promise<CspNode[]> {
  const files = await readZippedXml(zip, limits);
  const nodes = new Map<string, CspNode>();
  for (const file of files) {
    for (const node of nodesOf(file)) nodes.set(node.path.toLowerCase(), node);
  }
  if (nodes.size === 0) {
    throw new Fault('malformedBody', 'The zip file has no DDF files in it, which are XML files with nodes.');
  }
  return [...nodes.values()];
}

function nodesOf({ name, bytes }: ZippedFile): CspNode[] {
  try {
    return readDdf(bytes);
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    throw new Fault(cause.code, `${name} in the zip file cannot be read. ${cause.message}`, { cause });
  }
}
