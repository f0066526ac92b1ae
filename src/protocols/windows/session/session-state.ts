import { hash } from 'node:crypto';
import type { LockedAccount } from '../../../devices/dm-accounts/index.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { DmMessage, DmPart } from './wire/message.ts';

/** Who is signed in to the PC: the user who enrolled, somebody else, or nobody. */
export type LoginStatus = 'user' | 'others' | 'none';

/** How far a command's value, which is larger than a message may be, has been sent, in characters. */
export interface SentPart {
  readonly id: string;
  readonly offset: number;
}

/** A session as it is kept between two messages, with what is remembered of a PC from one session to the next. */
export interface DmSession {
  readonly id: string;
  /** With what the PC gives back that it is the one that opened the session; undefined where it shows a certificate. */
  readonly proof?: string;
  /** Of the last message that was answered, and how many were. */
  readonly msgId: number;
  readonly digest: string;
  readonly messages: number;
  readonly login: LoginStatus;
  /** The PC is to tell its inventory, and what it has of its settings; not any more once nothing was left to tell it. */
  readonly isReport: boolean;
  readonly maxMsgSize?: number;
  readonly maxObjSize?: number;
  /** The CmdIDs of what was told before the last answer, and with it. */
  readonly told: readonly string[];
  readonly toldLast: readonly string[];
  /** What was on its way before the last answer, and is since. */
  readonly partBefore?: SentPart;
  readonly part?: SentPart;
  /** What is gathered of answers that come in several messages; undefined for nothing. */
  readonly gathered?: Gathered;
  /** It was ended before its time, and nothing goes on in it. */
  readonly isOver?: true;
  readonly remembered: Remembered;
}

/** What a PC began to answer in a message and has not told to its end. */
export interface Gathered {
  /** A value of which parts have come. */
  readonly value?: {
    readonly cmdRef: string;
    readonly locUri: string;
    readonly format: string | undefined;
    readonly data: string;
  };
  /** Statuses that wait for their results. */
  readonly statuses: readonly GatheredStatus[];
}

export interface GatheredStatus {
  readonly cmdRef: string;
  readonly code: number;
  readonly originalError?: string;
}

/** What was kept of a PC, so that it is not kept again each time that it says the same. */
interface Remembered {
  /** Of what the PC says of itself at the beginning of each session. */
  readonly devInfo?: string;
  /** The alerts that are told to people once. */
  readonly alerts: readonly string[];
}

/** A session ends when nothing was heard of it for so long. */
const longestSilence = 15 * 60_000;

/** Before the first message, and for one of which nothing is kept. */
export const noSession: DmSession = {
  id: '',
  msgId: 0,
  digest: '',
  messages: 0,
  login: 'none',
  isReport: false,
  told: [],
  toldLast: [],
  remembered: { alerts: [] },
};

/** The session's column holds nothing but what this module wrote. */
export function sessionOf({ session }: Pick<LockedAccount, 'session'>): DmSession | undefined {
  return (session as unknown as DmSession | null) ?? undefined;
}

export function jsonOfSession(session: DmSession): JsonObject {
  return session as unknown as JsonObject;
}

/** Whether the PC may go on with its session. */
export function isAlive({ sessionAt }: LockedAccount, now: Date): boolean {
  return sessionAt !== null && now.getTime() - sessionAt.getTime() < longestSilence;
}

/** What a message is in its session. `repeated`: it came before, or one that began the session did, and the answer was lost. */
export type Place =
  | { readonly kind: 'first' | 'next' | 'repeated'; readonly session: DmSession }
  | { readonly kind: 'outOfOrder' };

export interface Arrival {
  readonly body: Uint8Array;
  readonly now: Date;
  /** Whether the message shows by itself who sent it, so that a session can begin with it. */
  readonly mayBegin: boolean;
  /** Of a session that begins. */
  readonly proof: string | undefined;
}

export function placeOf(
  account: LockedAccount,
  message: DmMessage,
  { body, now, mayBegin, proof }: Arrival,
): Place {
  const former = sessionOf(account);
  const digest = digestOf(body);
  const goesOn = former?.id === message.sessionId && !former.isOver && isAlive(account, now);
  const current = goesOn ? former : undefined;
  const isReport = account.reportDueAt <= now;
  const { msgId } = message;
  const isNext = msgId === (current?.msgId ?? 0) + 1;
  const isSame = msgId === current?.msgId && digest === current.digest;
  // A message with a digest cannot come again as it was, for the nonce is used up: the PC begins anew with the next one.
  const beginsAnew = isNext && mayBegin && current?.messages === 1 && message.parts.some(beginsSession);
  if (current && (isSame || beginsAnew)) {
    // Some clients call all sessions alike, and begin each with the same words.
    const session = { ...current, msgId, digest, isReport: current.isReport || isReport };
    return { kind: 'repeated', session };
  }
  if (current && isNext) {
    return { kind: 'next', session: { ...current, msgId, digest, messages: current.messages + 1 } };
  }
  if (!mayBegin) return { kind: 'outOfOrder' };
  const session = newSession(message, { body, former });
  return { kind: 'first', session: { ...session, isReport, ...(proof !== undefined && { proof }) } };
}

function beginsSession(part: DmPart): boolean {
  return part.kind === 'alert' && (part.code === 1200 || part.code === 1201);
}

/** A session that begins with a message. What a PC takes it says with its first. */
export function newSession(
  { sessionId, msgId, maxMsgSize, maxObjSize }: DmMessage,
  { body, former }: { readonly body: Uint8Array; readonly former: DmSession | undefined },
): DmSession {
  return {
    ...noSession,
    id: sessionId,
    msgId,
    digest: digestOf(body),
    messages: 1,
    ...(maxMsgSize !== undefined && { maxMsgSize }),
    ...(maxObjSize !== undefined && { maxObjSize }),
    ...(former && { remembered: former.remembered }),
  };
}

function digestOf(body: Uint8Array): string {
  return hash('sha256', body, 'base64url').slice(0, 22);
}
