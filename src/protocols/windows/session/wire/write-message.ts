import { escapeXml } from '../../../../kernel/xml/escape-xml.ts';
import type { DmCommand, IdentifiedCommand, NodeCommand, NodeData } from '../../dm-command.ts';

/** The head of an answer. */
export interface AnswerHeader {
  readonly sessionId: string;
  readonly msgId: number;
  /** What the PC calls itself, and the URL that it called. */
  readonly target: string;
  readonly source: string;
}

/** The answer to a part of a message. */
export interface AnswerStatus {
  readonly msgRef: number;
  readonly cmdRef: string;
  readonly cmd: string;
  readonly code: number;
  /** With which the PC is to make its next digest. */
  readonly nextNonce?: Buffer;
}

/** A piece of a value that is larger than a message may be. */
export interface Chunk {
  readonly data: string;
  /** Octets of the whole value; said once, with the first piece. */
  readonly size: number | undefined;
  readonly hasMore: boolean;
}

/** Of which elements a command is made, and their order: https://www.openmobilealliance.org/tech/dtd/syncml-1_2.dtd */
export function writeMessage(header: AnswerHeader, parts: readonly string[], isFinal: boolean): Buffer {
  const { sessionId, msgId, target, source } = header;
  const ids = `<SessionID>${escaped(sessionId)}</SessionID><MsgID>${msgId}</MsgID>`;
  const places = `${place('Target', target)}${place('Source', source)}`;
  const syncHdr = `<SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>${ids}${places}</SyncHdr>`;
  const syncBody = `<SyncBody>${parts.join('')}${isFinal ? '<Final/>' : ''}</SyncBody>`;
  return Buffer.from(`<SyncML xmlns="SYNCML:SYNCML1.2">${syncHdr}${syncBody}</SyncML>`);
}

/** `id` is unique in its message. */
export function writeStatus(id: number, { msgRef, cmdRef, cmd, code, nextNonce }: AnswerStatus): string {
  const refs = `<MsgRef>${msgRef}</MsgRef><CmdRef>${escaped(cmdRef)}</CmdRef><Cmd>${escaped(cmd)}</Cmd>`;
  return `<Status><CmdID>${id}</CmdID>${refs}${nextNonce ? challenge(nextNonce) : ''}<Data>${code}</Data></Status>`;
}

function challenge(nonce: Buffer): string {
  const meta = metaOf({
    Format: 'b64',
    Type: 'syncml:auth-md5',
    NextNonce: nonce.toString('base64'),
  });
  return `<Chal>${meta}</Chal>`;
}

export function writeAlert(id: number, code: number): string {
  return `<Alert><CmdID>${id}</CmdID><Data>${code}</Data></Alert>`;
}

/** `chunk` takes the place of the command's own value. */
export function writeCommand({ id, command }: IdentifiedCommand, chunk?: Chunk): string {
  const content =
    command.verb === 'Atomic'
      ? command.commands.map((child) => writeCommand(child)).join('')
      : item(command, chunk);
  return `<${command.verb}><CmdID>${escaped(id)}</CmdID>${content}</${command.verb}>`;
}

function item(command: NodeCommand, chunk: Chunk | undefined): string {
  const value = valueOf(command);
  return `<Item>${place('Target', command.locUri)}${value ? data(value, chunk) : ''}</Item>`;
}

function data({ format, type, data: whole }: NodeData, chunk: Chunk | undefined): string {
  const meta = metaOf({
    Format: format,
    Type: type ?? (format === 'null' ? undefined : 'text/plain'),
    Size: chunk?.size?.toString(),
  });
  if (format === 'null') return meta;
  return `${meta}<Data>${escaped(chunk?.data ?? whole)}</Data>${chunk?.hasMore ? '<MoreData/>' : ''}`;
}

/** What a command carries; undefined for one that carries nothing. */
export function valueOf(command: DmCommand): NodeData | undefined {
  return 'value' in command ? command.value : undefined;
}

/** XML 1.0 has no way to write these, and one value must not make the whole message unreadable. */
// oxlint-disable-next-line no-control-regex
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Whether a text would reach the PC as another one. */
export function hasUnwritable(text: string): boolean {
  return text.search(unwritable) !== -1 || !text.isWellFormed();
}

function escaped(text: string): string {
  return escapeXml(text.replaceAll(unwritable, '\ufffd'));
}

function place(of: 'Target' | 'Source', locUri: string): string {
  return `<${of}><LocURI>${escaped(locUri)}</LocURI></${of}>`;
}

function metaOf(content: Readonly<Record<string, string | undefined>>): string {
  const elements = Object.entries(content).flatMap(([key, text]) =>
    text === undefined ? [] : [`<${key} xmlns="syncml:metinf">${escaped(text)}</${key}>`],
  );
  return `<Meta>${elements.join('')}</Meta>`;
}
