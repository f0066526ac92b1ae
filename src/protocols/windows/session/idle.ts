import type { Database } from '../../../database/index.ts';
import { keepSessions, type BegunSession } from '../../../devices/dm-accounts/index.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { gather } from '../../../kernel/gather.ts';
import type { Id } from '../../../kernel/id.ts';
import { idleSessions, type CertifiedCall, type IdleSession } from '../../../policies/index.ts';
import { basisOf, circumstancesOf, nothingReferred } from '../delivery/basis.ts';
import { headOf, isOfProtocol, statusesOf } from './answer.ts';
import { hear, type Heard } from './hear.ts';
import { jsonOfSession, newSession, sessionOf } from './session-state.ts';
import type { DmMessage } from './wire/message.ts';
import { writeMessage } from './wire/write-message.ts';

/** A message, where it came to, and the SHA-256 of the certificates that its sender has shown. */
interface FirstMessage {
  readonly organizationId: Id;
  readonly certificates: readonly Buffer[];
  readonly message: DmMessage;
  readonly body: Uint8Array;
  readonly url: string;
}

/**
 * Makes the function that answers PCs for which nothing is to be done, and that say nothing new: a statement that looks, and one that keeps the
 * session. The calls of one event-loop turn share them. Undefined for a PC that must be looked at more closely, and for
 * strangers. A PC of which the document refers to applications or files is always looked at: their content is another when the document is the
 * same.
 */
export function idleAnswers(
  { prepared }: Database,
  clock: Clock,
): (first: FirstMessage) => Promise<Buffer | undefined> {
  const look = gather((calls: readonly CertifiedCall[]) => idleSessions(prepared, calls, clock()));
  const keep = gather(async (begun: readonly BegunSession[]) => {
    await keepSessions(prepared, begun, clock());
    return begun;
  });
  return async ({ organizationId, certificates, message, body, url }) => {
    const [fingerprint] = certificates;
    if (!fingerprint || message.msgId !== 1 || !isOfProtocol(message)) return undefined;
    const call = { organizationId, fingerprint };
    const idle = await look(call);
    if (!idle || !hasWhatItShallHave(idle)) return undefined;
    const { deviceId } = idle;
    const heard = hear(newSession(message, { body, former: sessionOf(idle) }), message);
    if (saysSomething(heard)) return undefined;
    await keep({ organizationId, deviceId, session: jsonOfSession(heard.session) });
    return writeMessage(headOf(url, message), statusesOf(message, heard, { ofHeader: 200 }), true);
  };
}

function hasWhatItShallHave(idle: IdleSession): boolean {
  const { documentKey, settledKey, catalogue } = idle;
  if (documentKey === null) return true;
  const circumstances = circumstancesOf(idle, idle);
  const basis = { documentKey, circumstances, catalogue: catalogue ?? 0, referred: nothingReferred };
  return settledKey === basisOf(basis);
}

/** Whether there is something in what a PC says that is to be kept, or that goes on. */
function saysSomething(heard: Heard): boolean {
  const { outcomes, happened, unknownAlerts, devInfo, isUnenrolled, goesOn, session } = heard;
  const lists = [outcomes, happened, unknownAlerts];
  return (
    lists.some(({ length }) => length > 0) ||
    devInfo !== undefined ||
    isUnenrolled ||
    goesOn ||
    session.isOver === true
  );
}
