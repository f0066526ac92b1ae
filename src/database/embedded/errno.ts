import { Fault } from '../../kernel/fault.ts';

/** True if the operating system refused a call with this code, for example `ENOENT`. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

/** What a file system call answers, or undefined if what it was asked about is not there. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

const advice: Readonly<Record<string, string>> = {
  EACCES: 'Give the user who starts Muster access to it, or choose another MUSTER_DATA_DIR.',
  EPERM: 'Give the user who starts Muster access to it, or choose another MUSTER_DATA_DIR.',
  EROFS: 'The file system is read-only: choose another MUSTER_DATA_DIR.',
  ENOSPC: 'The disk is full: make room, or choose another MUSTER_DATA_DIR.',
  EDQUOT: 'The disk quota is used up: make room, or choose another MUSTER_DATA_DIR.',
};

/** Turns what the operating system refused into a fault for the operator. Any other error is a bug and stays as it is. */
export function faultOfErrno(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof Fault) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (!code || !syscall) return error;
  const next = advice[code] ?? 'Put that right, or choose another MUSTER_DATA_DIR.';
  return new Fault(
    'unavailable',
    `The embedded PostgreSQL in ${folder} cannot start: ${error.message}. ${next}`,
    {
      cause: error,
    },
  );
}
