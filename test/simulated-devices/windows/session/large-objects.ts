import { ProtocolViolation } from '../protocol-violation.ts';
import type { DeviceSetup } from '../state.ts';
import type { ServerCommand, ServerItem } from './server-message.ts';

/** A value that comes in parts, as far as it has come. */
export interface LargeObject {
  readonly kind: string;
  readonly target: string;
  readonly size: number;
  readonly format: ServerItem['format'];
  readonly data: string;
}

type Part =
  /** A part has come, and more is to come: the status of its command is 213. */
  | { readonly kind: 'more'; readonly object: LargeObject }
  /** The command with the whole value. */
  | { readonly kind: 'whole'; readonly command: ServerCommand }
  /** The parts do not make up what was said. */
  | { readonly kind: 'wrong'; readonly status: number };

/** Puts the parts of a large value together; what has none goes through. Throws `ProtocolViolation`. */
export function addPart(setup: DeviceSetup, current: LargeObject | undefined, command: ServerCommand): Part {
  const item = 'items' in command ? command.items[0] : undefined;
  if (!item || command.kind === 'Alert') return { kind: 'whole', command };
  const { moreData, size, target, data = '' } = item;
  if (!current && !moreData) return { kind: 'whole', command };
  if (current && (current.kind !== command.kind || current.target !== target)) {
    throw new ProtocolViolation(command.kind, `the rest of ${current.target} has not come (1225)`);
  }
  if (!current && setup.maxObjSize === undefined) {
    throw new ProtocolViolation(command.kind, 'it has MoreData, and the device has announced no MaxObjSize');
  }
  if (!current && size === undefined)
    throw new ProtocolViolation(command.kind, 'its first part does not say Size');
  const object = {
    kind: command.kind,
    target,
    size: current?.size ?? size!,
    format: current?.format ?? item.format,
    data: (current?.data ?? '') + data,
  };
  if (object.size > setup.maxObjSize!) return { kind: 'wrong', status: 413 };
  if (moreData) return { kind: 'more', object };
  if (Buffer.byteLength(object.data) !== object.size) return { kind: 'wrong', status: 424 };
  const whole = { ...item, data: object.data, format: object.format, moreData: false };
  return { kind: 'whole', command: { ...command, items: [whole] } as ServerCommand };
}
