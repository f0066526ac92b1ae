import type { IdentifiedCommand } from '../dm-command.ts';
import type { Items } from './item.ts';

/** Something to tell a PC. */
export interface Step {
  /** Of the last of its commands, by which it is known that it went out. */
  readonly id: string;
  readonly commands: readonly IdentifiedCommand[];
  /** The items that it is about, as they are once it has gone out. */
  readonly sent: Items;
}
