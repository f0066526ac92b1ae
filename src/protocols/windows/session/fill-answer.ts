import { escapeXml } from '../../../kernel/xml/escape-xml.ts';
import type { IdentifiedCommand } from '../dm-command.ts';
import type { SentPart } from './session-state.ts';
import { valueOf, writeCommand } from './wire/write-message.ts';

/** How much can be told in an answer. */
export interface Room {
  /** That are left in the message. */
  readonly octets: number;
  /** Undefined for a PC that takes no values in parts. */
  readonly maxObjSize: number | undefined;
  /** Stands in front of each CmdID. */
  readonly proof: string;
}

export interface Filled {
  readonly written: readonly string[];
  /** The CmdIDs of what was told to its end. */
  readonly told: readonly string[];
  readonly part: SentPart | undefined;
}

/**
 * Writes as many commands as there is room for, in their order. One that alone is too large goes whole, unless the PC takes values in parts:
 * then a part goes, of which the PC says that it has it before the next goes.
 */
export function fillAnswer(
  commands: readonly IdentifiedCommand[],
  room: Room,
  part: SentPart | undefined,
): Filled {
  const begun = part && commands.find(({ id }) => id === part.id);
  if (begun) return nextPart(begun, part.offset, room);
  const written: string[] = [];
  const told: string[] = [];
  let left = room.octets;
  for (const command of commands) {
    const text = writeCommand(withProof(command, room.proof));
    left -= Buffer.byteLength(text);
    if (left < 0 && written.length > 0) break;
    const canBeParted = room.maxObjSize !== undefined && valueOf(command.command)?.data;
    if (left < 0 && canBeParted) return nextPart(command, 0, room);
    written.push(text);
    told.push(command.id);
  }
  return { written, told, part: undefined };
}

/** What stands around the value, at least; small messages are filled with parts that are worth their way. */
const shortestPart = 256;

function nextPart(command: IdentifiedCommand, offset: number, { octets, proof }: Room): Filled {
  const { data } = valueOf(command.command)!;
  const around = Buffer.byteLength(writeCommand(withProof(command, proof), empty)) + 60;
  const end = endOfPart(data, offset, Math.max(octets - around, shortestPart));
  const hasMore = end < data.length;
  const text = writeCommand(withProof(command, proof), {
    data: data.slice(offset, end),
    size: offset === 0 ? Buffer.byteLength(data) : undefined,
    hasMore,
  });
  return {
    written: [text],
    told: hasMore ? [] : [command.id],
    part: hasMore ? { id: command.id, offset: end } : undefined,
  };
}

const empty = { data: '', size: undefined, hasMore: true };

/** Where a part ends that begins at the offset and, written as XML, has no more octets than these. */
function endOfPart(data: string, offset: number, octets: number): number {
  let length = Math.min(data.length - offset, octets);
  for (;;) {
    const written = Buffer.byteLength(escapeXml(data.slice(offset, offset + length)));
    if (written <= octets) break;
    length = Math.min(length - 1, Math.floor((length * octets) / written));
  }
  const isHalf = /[\ud800-\udbff]/.test(data[offset + length - 1] ?? '') && offset + length < data.length;
  return offset + length - (isHalf ? 1 : 0);
}

function withProof({ id, command }: IdentifiedCommand, proof: string): IdentifiedCommand {
  if (command.verb !== 'Atomic') return { id: proof + id, command };
  const commands = command.commands.map((child) => ({ ...child, id: proof + child.id }));
  return { id: proof + id, command: { ...command, commands } };
}
