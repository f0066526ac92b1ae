import { isOfUser, type DmCommand, type IdentifiedCommand } from '../dm-command.ts';
import { fillAnswer, type Filled } from './fill-answer.ts';
import type { DmSession } from './session-state.ts';
import type { SessionView, SessionWork } from './work.ts';

/** Larger ones take long where the line is thin. */
const largestAnswer = 512 * 1024;

export interface Telling {
  readonly session: DmSession;
  /** The last message came again, so what was told with its answer is told again, and nobody does anything for it twice. */
  readonly isRepeated: boolean;
  /** What of a large value is on its way. */
  readonly part: DmSession['part'];
  /** Octets of the answer without commands. */
  readonly around: number;
}

/** Tells a PC of what the works have planned as much as there is room for. */
export function tell(
  works: readonly SessionWork[],
  view: SessionView,
  { session, isRepeated, part, around }: Telling,
): Filled {
  const { maxMsgSize, maxObjSize, proof = '', toldLast } = session;
  const planned = works.map((work) => work.planned(view).filter((command) => canBeTold(command, view)));
  const octets = Math.max(Math.min(maxMsgSize ?? largestAnswer, largestAnswer) - around, 0);
  const filled = fillAnswer(planned.flat(), { octets, maxObjSize, proof }, part);
  const known = new Set(isRepeated ? toldLast : []);
  const told = new Set(filled.told.filter((id) => !known.has(id)));
  works.forEach((work, index) => {
    const own = planned[index]!.map(({ id }) => id).filter((id) => told.has(id));
    if (own.length > 0) work.sent(own);
  });
  return filled;
}

function canBeTold({ id, command }: IdentifiedCommand, { told, userIsSignedIn }: SessionView): boolean {
  return !told.has(id) && (userIsSignedIn || !needsUser(command));
}

function needsUser(command: DmCommand): boolean {
  if (command.verb !== 'Atomic') return isOfUser(command.locUri);
  return command.commands.some((child) => isOfUser(child.command.locUri));
}
