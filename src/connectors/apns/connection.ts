import { connect } from 'node:http2';
import { isIP } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import type { Clock } from '../../kernel/clock.ts';
import { outcomeOfAnswer, outcomeOfGoAway } from './answer.ts';
import { outcomeOfFailure, timedOut } from './failure.ts';
import { later, type Later, type Refused, type WakeOutcome } from './outcome.ts';
import { exchange } from './exchange.ts';
import type { Push } from './push.ts';

/** One HTTP/2 connection, on which pushes go out side by side. */
export interface Connection {
  /** How many more pushes may be sent now: none before the server has told how many it takes, and none after the end. */
  room(): number;
  /** Whether the server has answered anything. */
  hasAnswered(): boolean;
  /** Only where there is room. `notProcessed`: the server has certainly not looked at it. */
  send(push: Push): Promise<WakeOutcome | 'notProcessed'>;
  /** Sends nothing more, and ends when everything on the way has its answer. */
  leave(): void;
  /** Ends at once; what is on the way comes to `outcome`. */
  destroy(outcome: Later | Refused): void;
  readonly ended: Promise<void>;
}

export interface ConnectionHandlers {
  /** There may be room again. */
  readonly onRoom: () => void;
  /** Once: it takes no more pushes, and not because it was told to leave. */
  readonly onLost: (outcome: Later | Refused) => void;
}

interface ConnectionOptions extends ConnectionHandlers {
  readonly url: URL;
  readonly secureContext: SecureContext;
  readonly clock: Clock;
  readonly limits: {
    /** Pushes on the way at once, if the server takes as many. */
    readonly streams: number;
    /** Milliseconds until the connection must stand. */
    readonly connectTimeout: number;
    /** Milliseconds from a push to its answer. */
    readonly answerTimeout: number;
  };
}

export function openConnection({
  url,
  secureContext,
  clock,
  limits,
  onRoom,
  onLost,
}: ConnectionOptions): Connection {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socket = connectTls({
    host,
    port: Number(url.port || 443),
    ...(isIP(host) ? {} : { servername: host }),
    secureContext,
    ALPNProtocols: ['h2'],
  });
  let settled = false;
  let onTheWay = 0;
  let answers = 0;
  let over: Later | Refused | undefined;
  let lingering: NodeJS.Timeout | undefined;

  const conclude = (outcome: Later | Refused) => {
    over = outcome;
    clearTimeout(connecting);
    // What is on the way has its answer by then. A server that does not close its side must not keep the socket.
    if (!socket.destroyed) lingering = setTimeout(() => socket.destroy(), 2 * limits.answerTimeout);
  };
  const lose = (outcome: Later | Refused) => {
    if (over) return;
    conclude(outcome);
    onLost(outcome);
  };
  const destroy = (outcome: Later | Refused) => {
    lose(outcome);
    session.destroy();
    socket.destroy();
  };
  const connecting = setTimeout(() => destroy(timedOut(url)), limits.connectTimeout);
  // The server's verdict on our certificate comes after the handshake in TLS 1.3, and Node 24 tells it to the socket alone: the session
  // would wait for ever.
  socket.on('error', (error) => destroy(outcomeOfFailure(error, url)));
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      clearTimeout(lingering);
      resolve();
    });
  });
  const session = connect(url, { createConnection: () => socket, settings: { enablePush: false } });
  session.on('error', (error) => destroy(outcomeOfFailure(error, url)));
  session.on('close', () => destroy(later('ConnectionClosed', `${url.host} closed the connection.`)));
  session.on('goaway', (code, _lastStream, data) => lose(outcomeOfGoAway(code, data)));
  session.on('remoteSettings', () => {
    settled = true;
    clearTimeout(connecting);
    roomMayHaveChanged();
  });

  const streamsAllowed = () => session.remoteSettings.maxConcurrentStreams ?? limits.streams;
  const roomMayHaveChanged = () => {
    if (settled && !over && onTheWay === 0 && streamsAllowed() === 0) {
      destroy(later('NoStreams', `${url.host} takes no requests on this connection at the moment.`));
    } else onRoom();
  };

  const send = (push: Push) =>
    new Promise<WakeOutcome | 'notProcessed'>((resolve) => {
      const answersBefore = answers;
      onTheWay++;
      const finish = (result: WakeOutcome | 'notProcessed') => {
        clearTimeout(timer);
        onTheWay--;
        resolve(result);
        roomMayHaveChanged();
      };
      const timer = setTimeout(() => {
        // When nothing at all has come since, it is the connection that is dead.
        if (answers === answersBefore) destroy(timedOut(url));
        giveUp();
      }, limits.answerTimeout);
      const giveUp = exchange(session, push, (result) => {
        if (result === 'notProcessed') return finish(result);
        if (result === 'givenUp') return finish(timedOut(url));
        if ('failure' in result) return finish(over ?? outcomeOfFailure(result.failure, url));
        answers++;
        finish(outcomeOfAnswer(result.answer, clock()));
      });
    });

  return {
    room: () =>
      settled && !over && !session.closed && !session.destroyed
        ? Math.min(limits.streams, streamsAllowed()) - onTheWay
        : 0,
    hasAnswered: () => answers > 0,
    send,
    leave() {
      if (over) return;
      conclude(later('ConnectionClosed', 'The connection was given up.'));
      if (settled) session.close();
      else socket.destroy();
    },
    destroy,
    ended,
  };
}
