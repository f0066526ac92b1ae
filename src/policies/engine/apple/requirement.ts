import type { CombineRule } from '../combine.ts';

/** What a device needs so that it takes a key. */
export interface Requirement {
  /** The first version of the system that knows the key. */
  readonly version: string;
  readonly supervised: boolean;
}

export interface AppleKeyFacts {
  /** For people. */
  readonly title: string;
  readonly combine: CombineRule;
  /** Absent when the system does not know the key. */
  readonly macOS?: Requirement;
  readonly iOS?: Requirement;
}

export function since(version: string): Requirement {
  return { version, supervised: false };
}

export function supervised(version: string): Requirement {
  return { version, supervised: true };
}
