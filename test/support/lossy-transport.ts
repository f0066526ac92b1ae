import type { Transport } from '../simulated-devices/transport.ts';

/** A network that loses a request, or the answer to it, when it is told so. */
export interface LossyTransport {
  readonly send: Transport;
  /** After so many others have come through. */
  lose(what: 'request' | 'answer', after: number): void;
  heal(): void;
}

export function lossyTransport(transport: Transport): LossyTransport {
  let planned: { readonly what: 'request' | 'answer'; after: number } | undefined;
  return {
    async send(request) {
      const lost = planned && planned.after-- === 0 ? planned.what : undefined;
      if (lost) planned = undefined;
      if (lost === 'request') throw new ConnectionLost();
      const answer = await transport(request);
      if (lost === 'answer') throw new ConnectionLost();
      return answer;
    },
    lose: (what, after) => void (planned = { what, after }),
    heal: () => void (planned = undefined),
  };
}

export class ConnectionLost extends Error {}
