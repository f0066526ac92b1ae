import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../kernel/fault.ts';

/** A file's text; undefined when there is none. Faults: `unavailable` when it is there but cannot be read. */
export async function readKept(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Fault('unavailable', `${path} cannot be read: ${message}.`, { cause: error });
  }
}

/** Writes a file whole or not at all: a crash leaves the old one. Faults: `unavailable`. */
export async function writeKept(path: string, text: string, mode: 0o600 | 0o644): Promise<void> {
  const draft = `${path}.${process.pid}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await rm(draft, { force: true });
    const file = await open(draft, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    throw new Fault('unavailable', `${path} cannot be written: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
