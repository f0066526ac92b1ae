import { endAccount, saveAccount, type LockedAccount } from '../../../devices/dm-accounts/index.ts';
import { devicesByIds, type Device } from '../../../devices/index.ts';
import { forgetInstallation, releaseDevice } from '../../../policies/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import type { WindowsSettings } from '../options.ts';
import { inventoryPeriod } from '../inventory/inventory.ts';
import { newNonce } from './credentials.ts';
import type { Filled } from './fill-answer.ts';
import { hear, type Heard } from './hear.ts';
import { keepSaid } from './keep-said.ts';
import { headOf, isOfProtocol, statusesOf } from './answer.ts';
import { senderOf, type Proof, type SenderSources } from './sender.ts';
import { newProof } from './session-proof.ts';
import { jsonOfSession, noSession, placeOf, type DmSession } from './session-state.ts';
import { tell } from './tell.ts';
import type { DmMessage } from './wire/message.ts';
import { writeAlert, writeMessage } from './wire/write-message.ts';
import type { SessionView, SessionWork } from './work.ts';

/** Makes one of the things that have commands for a PC, for one of its messages. */
export type WorkMaker = (
  settings: WindowsSettings,
  context: WriteContext,
  device: Device,
  account: LockedAccount,
) => Promise<SessionWork>;

export interface SessionServices {
  readonly settings: WindowsSettings;
  readonly works: readonly WorkMaker[];
  /** The URL that the PC called. */
  readonly url: string;
}

/** A message as it came. */
export interface Call extends SenderSources {
  readonly message: DmMessage;
  readonly body: Uint8Array;
}

export interface SessionAnswer {
  readonly bytes: Buffer;
  /** Why nothing was done for the message; undefined also where the PC is but asked who it is. */
  readonly refused?: string | undefined;
}

/** A PC whose answers never end is told nothing more. */
const mostMessages = 500;

/**
 * Answers a message of a PC, in one transaction: one whose answer got lost can come again, and nothing is done twice.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mdm/
 */
export async function answerMessage(
  services: SessionServices,
  context: WriteContext,
  call: Call,
): Promise<SessionAnswer> {
  const { message, body } = call;
  const { randomBytes } = services.settings.services;
  if (!isOfProtocol(message)) return refusal(services, call, 513, 'The message is not of OMA-DM 1.');
  const sender = await senderOf(context, call, message);
  if (sender.kind === 'unknown') return refusal(services, call, sender.code, sender.why, sender.nonce);
  const { account, proof } = sender;
  const device = (await devicesByIds(context, [account.deviceId])).get(account.deviceId);
  if (account.state === 'ended' || !device || device.state === 'DELETED') {
    return refusal(services, call, 403, 'The management of the PC has ended.');
  }
  const mayBegin = proof === 'digest' || (proof === 'certificate' && message.msgId === 1);
  const place = placeOf(account, message, {
    body,
    now: context.now,
    mayBegin,
    proof: proof === 'digest' ? newProof(account.deviceId, randomBytes) : undefined,
  });
  if (place.kind === 'outOfOrder') {
    return refusal(services, call, 400, `The message ${message.msgId} is not the next of a session.`);
  }
  return goOn(services, context, call, { account, device, proof, ...place });
}

interface Known {
  readonly account: LockedAccount;
  readonly device: Device;
  readonly proof: Proof;
  readonly session: DmSession;
  /** What the message is in its session. */
  readonly kind: 'first' | 'next' | 'repeated';
}

const nothing: Filled = { written: [], told: [], part: undefined };

async function goOn(
  services: SessionServices,
  context: WriteContext,
  { message }: Call,
  { account, device, proof, session, kind }: Known,
): Promise<SessionAnswer> {
  const { settings, works: makers } = services;
  const isRepeated = kind === 'repeated';
  const heard = hear(session, message);
  const works: SessionWork[] = [];
  for (const make of makers) works.push(await make(settings, context, device, account));
  if (!isRepeated) await take(context, device, heard, works);
  const isInDoubt = kind === 'first' && works.some((work) => work.mayBeRenewed?.());
  if (isInDoubt) for (const work of works) await work.doubt?.();
  const said = isInDoubt ? { ...heard.session, isReport: true } : heard.session;
  const view: SessionView = {
    userIsSignedIn: said.login === 'user',
    isReportDue: said.isReport,
    told: new Set(isRepeated ? session.told : [...session.told, ...session.toldLast]),
    ...(isRepeated && { toldAgain: new Set(session.toldLast) }),
  };
  const hasEnded = heard.isUnenrolled || works.some((work) => work.hasEnded?.());
  const isRenewed = !hasEnded && works.some((work) => work.isRenewed?.());

  const nextNonce = proof === 'digest' ? newNonce(settings.services.randomBytes) : undefined;
  const statuses = statusesOf(message, heard, { ofHeader: nextNonce ? 212 : 200, nextNonce });
  const isEndless = session.messages >= mostMessages;
  if (heard.goesOn && !isEndless) statuses.push(writeAlert(statuses.length + 1, 1222));
  const head = headOf(services.url, message);
  const part = isRepeated ? session.partBefore : said.part;
  const mayTell = !hasEnded && !isRenewed && !heard.goesOn && !said.isOver && !isEndless;
  const around = writeMessage(head, statuses, true).length;
  const filled = mayTell ? tell(works, view, { session: said, isRepeated, part, around }) : nothing;

  const isThrough = mayTell && filled.written.length === 0;
  for (const work of works) await work.save({ isThrough });
  const after = afterAnswer(isRepeated ? session : said, { view, part, filled, isThrough });
  await saveAccount(context, device.id, {
    session: jsonOfSession(after),
    ...(nextNonce && { nonce: nextNonce }),
    ...(isInDoubt && { reportDueAt: context.now }),
    ...(isThrough && said.isReport && { reportDueAt: new Date(context.now.getTime() + inventoryPeriod) }),
    ...(isRenewed && { reportDueAt: context.now }),
  });
  if (hasEnded) {
    await endAccount(context, device.id);
    await releaseDevice(context, device.id);
  } else if (isRenewed) {
    await forgetInstallation(context, device.id);
  }
  return { bytes: writeMessage(head, [...statuses, ...filled.written], !heard.goesOn) };
}

async function take(
  context: WriteContext,
  { id }: Device,
  heard: Heard,
  works: readonly SessionWork[],
): Promise<void> {
  await keepSaid(context, id, heard);
  for (const work of works) {
    if (heard.happened.length > 0) await work.happened?.(heard.happened);
    await work.heard(heard.outcomes);
  }
}

interface Answered {
  readonly view: SessionView;
  readonly part: DmSession['part'];
  readonly filled: Filled;
  /** Nothing is left to tell the PC. */
  readonly isThrough: boolean;
}

function afterAnswer(session: DmSession, { view, part, filled, isThrough }: Answered): DmSession {
  const { part: _, partBefore: __, ...rest } = session;
  return {
    ...rest,
    isReport: session.isReport && !isThrough,
    told: [...view.told],
    toldLast: filled.told,
    ...(part && { partBefore: part }),
    ...(filled.part && { part: filled.part }),
  };
}

/** Answers every part of a message alike, and does nothing for it. */
function refusal(
  services: SessionServices,
  { message }: Call,
  code: number,
  refused: string | undefined,
  nextNonce?: Buffer,
): SessionAnswer {
  const answers = hear(noSession, message).answers.map(({ cmdRef, cmd }) => ({ cmdRef, cmd, code }));
  const statuses = statusesOf(message, { answers }, { ofHeader: code, nextNonce });
  const bytes = writeMessage(headOf(services.url, message), statuses, true);
  return { bytes, refused };
}
