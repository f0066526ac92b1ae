import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../kernel/fault.ts';

/**
 * The 32 bytes that encrypt secrets at rest: from the configuration, else from `secret.key` in the data folder, which is made at the
 * first start and readable by its owner alone.
 */
export async function secretKey(dataDir: string, configured: Buffer | undefined): Promise<Buffer> {
  if (configured) return configured;
  const path = join(dataDir, 'secret.key');
  const stored = await readKey(path);
  if (stored) return stored;
  await mkdir(dataDir, { recursive: true });
  // Written whole under another name first, so that a crash cannot leave half a key behind; `link` refuses to replace.
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
  return (await readKey(path))!;
}

async function readKey(path: string): Promise<Buffer | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Fault('unavailable', `The secret key cannot be read: ${message}.`, { cause: error });
  }
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== 32) {
    throw new Fault(
      'unavailable',
      `${path} does not hold 32 bytes in base64. Restore it from a backup: without it the stored secrets cannot be read.`,
    );
  }
  return key;
}
