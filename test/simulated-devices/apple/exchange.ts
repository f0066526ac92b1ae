import { answerCommand } from './commands/index.ts';
import { syncDeclarations } from './declarations.ts';
import { ServerRefusal } from '../server-refusal.ts';
import { sendMessage } from './messages.ts';
import { isDict, readDict, textIn, type PlistDict } from './plist.ts';
import { enrollmentOf, type Channel, type Device, type KeptReport } from './state.ts';

type ReportStatus = 'Acknowledged' | 'Error' | 'CommandFormatError' | 'NotNow';

/** A command that the device got, and what it answered. */
export interface ReceivedCommand {
  readonly uuid: string;
  /** Empty where the command names none. */
  readonly requestType: string;
  readonly command: PlistDict;
  readonly status: ReportStatus;
}

/**
 * Tells the server that a channel is idle, and answers each command until there is none: the exchange that a push starts. A report that did not
 * reach the server goes before all else the next time. Throws `ServerRefusal`, what the transport throws, and where the server does not stop to
 * send commands.
 */
export async function exchange(device: Device, channel: Channel): Promise<readonly ReceivedCommand[]> {
  const { state, setup } = device;
  const received: ReceivedCommand[] = [];
  if (channel.declarations.isBehind) await syncDeclarations(device, channel);
  let report: KeptReport = channel.unsent ?? { content: { Status: 'Idle' } };
  for (;;) {
    const answer = await sendReport(device, channel, report);
    await report.afterwards?.();
    if (report.endsExchange || answer.length === 0) return received;
    if (received.length >= setup.maximumCommands) {
      throw new Error(`the server has sent ${received.length} commands in one exchange and does not stop`);
    }
    const sent = readDict(answer);
    const uuid = textIn(sent, 'CommandUUID');
    if (uuid === undefined) throw new Error(`the server sent what is no command: ${answer.toString()}`);
    const command = sent['Command'];
    const given = isDict(command) ? command : {};
    const { status, content, isOrder, ...rest } = await answerCommand(device, channel, given);
    if (isOrder) state.orders.set(uuid, (state.orders.get(uuid) ?? 0) + 1);
    received.push({ uuid, requestType: textIn(given, 'RequestType') ?? '', command: given, status });
    report = { content: { Status: status, CommandUUID: uuid, ...content }, ...rest };
    channel.unsent = report;
    if (state.repeats > 0) {
      state.repeats -= 1;
      // As if the answer to it had been lost on its way: the device does not know that the server has it.
      await sendReport(device, channel, report);
      channel.unsent = report;
    }
  }
}

async function sendReport(device: Device, channel: Channel, { content }: KeptReport): Promise<Buffer> {
  try {
    const answer = await sendMessage(device, enrollmentOf(device), 'connect', { ...channel.ids, ...content });
    channel.unsent = undefined;
    return answer;
  } catch (error) {
    if (error instanceof ServerRefusal) channel.unsent = undefined;
    throw error;
  }
}
