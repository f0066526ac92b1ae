import { readDict, type Transport } from '../simulated-devices/apple/index.ts';

/** Watches what devices are told for what they say. */
export interface ExchangeObserver {
  readonly send: Transport;
  /** What must not be: a command that was offered again in the answer to its own `NotNow`, or later without another report between. */
  readonly broken: readonly string[];
}

export function exchangeObserver(transport: Transport): ExchangeObserver {
  const broken: string[] = [];
  let putOff = new Set<unknown>();
  return {
    broken,
    async send(request) {
      const answer = await transport(request);
      if (!request.url.includes('/connect/') || !request.body) return answer;
      const { Status: status, CommandUUID: reported } = readDict(request.body);
      if (status === 'NotNow') putOff.add(reported);
      else putOff = new Set();
      if (answer.status !== 200 || answer.body.length === 0) return answer;
      const { CommandUUID: offered } = readDict(answer.body);
      if (putOff.has(offered)) broken.push(`${JSON.stringify(offered)} after ${JSON.stringify(status)}`);
      return answer;
    },
  };
}
