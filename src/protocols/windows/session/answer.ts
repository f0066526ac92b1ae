import type { Heard } from './hear.ts';
import type { DmMessage } from './wire/message.ts';
import { writeStatus, type AnswerHeader } from './wire/write-message.ts';

/** Whether the message is of a version of the protocol that is spoken here. */
export function isOfProtocol({ protocol = 'DM/1.2' }: DmMessage): boolean {
  return /^DM\/1\./i.test(protocol);
}

/** The head of the answer to a message that came to this URL. */
export function headOf(url: string, { sessionId, msgId, source }: DmMessage): AnswerHeader {
  return { sessionId, msgId, target: source, source: url };
}

export interface HeaderAnswer {
  readonly ofHeader: number;
  readonly nextNonce?: Buffer | undefined;
}

/** The message itself is answered first, and then each of its parts. */
export function statusesOf(
  { msgId: msgRef }: DmMessage,
  { answers }: Pick<Heard, 'answers'>,
  { ofHeader: code, nextNonce }: HeaderAnswer,
): string[] {
  const header = { msgRef, cmdRef: '0', cmd: 'SyncHdr', code, ...(nextNonce && { nextNonce }) };
  const ofParts = answers.map(({ cmdRef, cmd, code }, index) =>
    writeStatus(index + 2, { msgRef, cmdRef, cmd, code }),
  );
  return [writeStatus(1, header), ...ofParts];
}
