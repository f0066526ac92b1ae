import { inspect } from 'node:util';

/** A value that cannot be printed by accident: logs, JSON, templates and the debugger show `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The clear text. Call it only where the text is needed: to hash, encrypt, compare or hand over. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
