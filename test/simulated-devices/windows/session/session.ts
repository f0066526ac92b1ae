import { AuthenticationRefused } from '../failures.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { enrollmentOf, type Device } from '../state.ts';
import { answerCommand, newAnswers, type ReceivedCommand } from './answer-commands.ts';
import { digestOf } from './digest.ts';
import { firstCommandIds, firstPackage } from './first-package.ts';
import { addPart, type LargeObject } from './large-objects.ts';
import { writeMessage, type ClientCommand } from './messages.ts';
import { end, nodesOf, type Nodes } from './node-context.ts';
import { readMessage } from './read-message.ts';
import { send } from './send.ts';
import type { ServerMessage, ServerStatus } from './server-message.ts';

/** What a session came to. */
export interface SessionReport {
  readonly sessionId: string;
  /** So many messages the device has sent. */
  readonly messages: number;
  readonly received: readonly ReceivedCommand[];
  /** The server asked for the digest. */
  readonly wasChallenged: boolean;
  /** By one of both sides, before its end. */
  readonly isAborted: boolean;
}

interface Session {
  readonly id: string;
  readonly nodes: Nodes;
  readonly received: ReceivedCommand[];
  msgId: number;
  serverMsgId: number;
  /** What the next messages prove themselves with. */
  credential: 'none' | 'digest' | 'basic';
  wasChallenged: boolean;
  isAborted: boolean;
  large: LargeObject | undefined;
}

type Results = Extract<ClientCommand, { kind: 'Results' }>;

/**
 * Calls the server, and does what it says until it says nothing more. Throws `ServerRefusal`, `AuthenticationRefused`, `ProtocolViolation`, and what
 * the transport throws; what the server had ordered by then is done.
 */
export async function runSession(device: Device): Promise<SessionReport> {
  const { state, setup } = device;
  enrollmentOf(device);
  state.sessions += 1;
  const session: Session = {
    id: state.sessions.toString(device.hardware.form === 'windows10' ? 10 : 16),
    nodes: nodesOf(device),
    received: [],
    msgId: 0,
    serverMsgId: 0,
    credential: setup.firstCredential,
    wasChallenged: false,
    isAborted: false,
    large: undefined,
  };
  try {
    await converse(device, session);
  } finally {
    for (const ending of session.nodes.endings) end(device, ending);
  }
  return {
    sessionId: session.id,
    messages: session.msgId,
    received: session.received,
    wasChallenged: session.wasChallenged,
    isAborted: session.isAborted,
  };
}

async function converse(device: Device, session: Session): Promise<void> {
  const { state, setup } = device;
  const alerts = new Set(state.alerts);
  let answer = await openSession(device, session);
  state.alerts = state.alerts.filter((alert) => !alerts.has(alert));
  let results: readonly Results[] = [];
  for (;;) {
    if (answer.commands.length === 0 && answer.isFinal) return;
    if (answer.commands.some((command) => command.kind === 'Alert' && command.code === '1223')) {
      session.isAborted = true;
      return;
    }
    if (session.msgId >= setup.maximumMessages) {
      throw new Error(`the server has answered ${session.msgId} messages in one session and does not stop`);
    }
    const reply = replyTo(device, session, answer, results);
    if (session.nodes.endings.includes('leave')) return;
    results = reply.results;
    const limit = answer.maxMsgSize;
    if (limit !== undefined && encode(device, session, reply.commands).length > limit) {
      await abort(device, session, reply.commands);
      return;
    }
    answer = await exchange(device, session, reply.commands);
    requireAuthenticated(device, session, answer);
    if (session.nodes.endings.includes('erase')) return;
  }
}

/** Sends the first package, and once more where the server challenges. */
async function openSession(device: Device, session: Session): Promise<ServerMessage> {
  const first = await exchange(device, session, firstPackage(device));
  const challenge = challengeIn(first);
  if (!challenge) {
    settle(device, session, first);
    return first;
  }
  if (first.commands.length > 0)
    throw new ProtocolViolation('the message', 'it challenges, and has commands');
  const { status } = challenge;
  const other = first.statuses.find((one) => one.status !== status);
  if (other)
    throw new ProtocolViolation('Status', `${other.cmd} is ${other.status}, and the header is ${status}`);
  session.wasChallenged = true;
  session.credential = 'digest';
  const second = await exchange(device, session, firstPackage(device));
  requireAuthenticated(device, session, second);
  return second;
}

function headerStatus({ statuses }: ServerMessage): ServerStatus {
  const [status] = statuses;
  if (status?.cmdRef !== '0' || status.cmd !== 'SyncHdr') {
    throw new ProtocolViolation('SyncBody', 'the first must be the Status of SyncHdr');
  }
  return status;
}

function challengeIn(message: ServerMessage): ServerStatus | undefined {
  const status = headerStatus(message);
  if (status.status !== 401 && status.status !== 407) return undefined;
  if (status.challenge?.type !== 'syncml:auth-md5') {
    throw new ProtocolViolation('Status', `${status.status} must come with a challenge for syncml:auth-md5`);
  }
  return status;
}

function requireAuthenticated(device: Device, session: Session, message: ServerMessage): void {
  const refused = challengeIn(message);
  if (refused) throw new AuthenticationRefused(device.hardware.name, refused.status);
  settle(device, session, message);
}

/** 212 is good for the whole session, 200 for one message. */
function settle(device: Device, session: Session, message: ServerMessage): void {
  const { status } = headerStatus(message);
  if (status === 212) session.credential = 'none';
  else if (status !== 200) {
    throw new ProtocolViolation(
      'Status',
      `the header of a message of ${device.hardware.name} is answered ${status}`,
    );
  }
}

/** Does what a message says. */
function replyTo(
  device: Device,
  session: Session,
  message: ServerMessage,
  earlier: readonly Results[],
): { readonly commands: readonly ClientCommand[]; readonly results: readonly Results[] } {
  const answers = newAnswers();
  for (const command of message.commands) {
    const part = addPart(device.setup, session.large, command);
    session.large = part.kind === 'more' ? part.object : undefined;
    if (part.kind === 'whole') {
      answerCommand(device, session.nodes, part.command, answers);
    } else {
      const status = part.kind === 'more' ? 213 : part.status;
      answers.statuses.push({ kind: 'Status', cmdRef: command.id, cmd: command.kind, status });
    }
  }
  session.received.push(...answers.received);
  const msgRef = session.serverMsgId;
  const results = answers.results.map((result) => ({ ...result, msgRef }));
  const { state } = device;
  const repeated = state.repeats > 0 ? earlier : [];
  if (repeated.length > 0) state.repeats -= 1;
  return {
    results,
    commands: [
      { kind: 'Status', cmdRef: '0', cmd: 'SyncHdr', status: 200 },
      ...answers.statuses,
      ...repeated,
      ...results,
      ...(message.isFinal ? [] : [{ kind: 'Alert', code: 1222 } as const]),
    ],
  };
}

/** What Windows 11 does where its results do not fit into what the server takes: it leaves them out, and then ends the session. */
async function abort(device: Device, session: Session, commands: readonly ClientCommand[]): Promise<void> {
  const statuses = commands.filter(({ kind }) => kind === 'Status');
  await exchange(device, session, statuses);
  await exchange(device, session, [{ kind: 'Alert', code: 1223 }]);
  session.isAborted = true;
}

async function exchange(
  device: Device,
  session: Session,
  commands: readonly ClientCommand[],
): Promise<ServerMessage> {
  session.msgId += 1;
  const { setup, state, hardware } = device;
  const body = await send(device, encode(device, session, commands));
  if (setup.maxMsgSize !== undefined && body.length > setup.maxMsgSize) {
    throw new ProtocolViolation(
      'the message',
      `it has ${body.length} octets, and the device takes ${setup.maxMsgSize}`,
    );
  }
  const message = readMessage(body, {
    sessionId: session.id,
    device: hardware.deviceId,
    lastMsgId: session.serverMsgId,
  });
  session.serverMsgId = message.msgId;
  requireAnswered(session, message, commands, firstCommandIds[hardware.form]);
  const nonce = headerStatus(message).challenge?.nextNonce;
  if (nonce) state.nonce = nonce;
  return message;
}

/** Each command has its status, and each status its command. */
function requireAnswered(
  session: Session,
  { statuses }: ServerMessage,
  commands: readonly ClientCommand[],
  firstId: number,
): void {
  const waiting = new Map([['0', 'SyncHdr']]);
  const may = new Set(['0']);
  for (const [index, { kind }] of commands.entries()) {
    const id = String(firstId + index);
    if (kind === 'Alert' || kind === 'DevInfo') waiting.set(id, kind === 'Alert' ? kind : 'Replace');
    if (kind !== 'Status') may.add(id);
  }
  for (const { msgRef, cmdRef, cmd } of statuses) {
    if (msgRef !== String(session.msgId)) {
      throw new ProtocolViolation('Status', `its MsgRef is ${msgRef}, and the message was ${session.msgId}`);
    }
    if (!may.has(cmdRef))
      throw new ProtocolViolation('Status', `its CmdRef ${cmdRef} is no command, or has one`);
    const sent = waiting.get(cmdRef);
    if (sent !== undefined && sent !== cmd) {
      throw new ProtocolViolation('Status', `its Cmd is ${cmd}, and the command was ${sent}`);
    }
    may.delete(cmdRef);
    waiting.delete(cmdRef);
  }
  for (const [id, kind] of waiting) throw new ProtocolViolation('SyncBody', `${kind} (${id}) has no Status`);
}

function encode(device: Device, session: Session, commands: readonly ClientCommand[]): Buffer {
  const { enrollment } = enrollmentOf(device);
  const { setup, state, hardware } = device;
  const { account } = enrollment;
  const { credential } = session;
  const data =
    credential === 'digest'
      ? digestOf(account, state.nonce)
      : Buffer.from(`${account.name}:${account.secret}`).toString('base64');
  return writeMessage({
    sessionId: session.id,
    msgId: session.msgId,
    msgRef: session.serverMsgId,
    target: enrollment.managementUrl,
    source: hardware.deviceId,
    credential: credential === 'none' ? undefined : { name: account.name, kind: credential, data },
    maxMsgSize: setup.maxMsgSize,
    maxObjSize: setup.maxObjSize,
    firstId: firstCommandIds[hardware.form],
    commands,
  });
}
