import { isDict, readDict, textIn } from '../simulated-devices/apple/plist.ts';
import type { Transport } from '../simulated-devices/apple/index.ts';

/** What became of a command on a device. */
interface ToldResult {
  readonly uuid: string;
  readonly requestType: string;
  readonly status: string;
}

/** Watches what devices are told for what they say. */
export interface ExchangeObserver {
  readonly send: Transport;
  /** What must not be: a command that was offered again in the answer to its own `NotNow`, or later without another report between. */
  readonly broken: readonly string[];
  /** Each once, however often it was sent. */
  readonly results: readonly ToldResult[];
}

export function exchangeObserver(transport: Transport): ExchangeObserver {
  const broken: string[] = [];
  const results: ToldResult[] = [];
  /** The commands of which the results have not been told yet. */
  const open = new Map<string, string>();
  const putOff = new Map<string, Set<string>>();
  return {
    broken,
    results,
    async send(request) {
      const answer = await transport(request);
      if (!request.url.includes('/connect/') || !request.body) return answer;
      const report = readDict(request.body);
      const channel = ['UDID', 'EnrollmentID', 'UserID', 'UserShortName']
        .map((key) => textIn(report, key))
        .join();
      const status = textIn(report, 'Status')!;
      const reported = textIn(report, 'CommandUUID') ?? '';
      const requestType = open.get(`${channel} ${reported}`);
      if (requestType !== undefined) {
        results.push({ uuid: reported, requestType, status });
        open.delete(`${channel} ${reported}`);
      }
      if (status !== 'NotNow') putOff.delete(channel);
      const refused = putOff.get(channel) ?? new Set();
      if (status === 'NotNow') putOff.set(channel, refused.add(reported));
      if (answer.status !== 200 || answer.body.length === 0) return answer;
      const told = readDict(answer.body);
      const offered = textIn(told, 'CommandUUID') ?? '';
      const command = told['Command'];
      open.set(`${channel} ${offered}`, (isDict(command) && textIn(command, 'RequestType')) || '');
      if (refused.has(offered)) broken.push(`${offered} after ${status}`);
      return answer;
    },
  };
}
