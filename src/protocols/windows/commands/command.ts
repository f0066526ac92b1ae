import type { DeviceAction } from '../../../devices/commands/index.ts';
import type { NodeCommand } from '../dm-command.ts';

type ActionOf<Kind extends DeviceAction['kind']> = Extract<DeviceAction, { readonly kind: Kind }>;

/** What Windows is told for an action of an administrator, as it is declared: one value per action. */
export interface WindowsCommand<Kind extends DeviceAction['kind']> {
  /** Microsoft's page about it. */
  readonly page: string;
  readonly kind: Kind;
  /** What lists of commands call it: the node or the area of nodes that it goes to. */
  readonly type: string;
  readonly isUrgent?: true;
  /** Why Windows cannot do it in this way, for people, by the property of the action that says so. */
  refusal?(action: ActionOf<Kind>): { readonly property: string; readonly message: string } | undefined;
  commands(action: ActionOf<Kind>): readonly NodeCommand[];
}

/** Has the device do what a node of this name stands for. Most of them take a text, which is empty. */
export function exec(locUri: string, data = '', format: 'chr' | 'null' = 'chr'): NodeCommand {
  return { verb: 'Exec', locUri, value: { format, data } };
}
