import type { Clock } from '../../kernel/clock.ts';
import type { Connection, ConnectionHandlers } from './connection.ts';
import { later, type Later, type Refused, type WakeOutcome } from './outcome.ts';
import { wakePush, type Push, type WakeTarget } from './push.ts';

/** The wakes of one topic with one certificate: they wait here for room on its connection. */
export interface Line {
  /** Of the same token and magic only one is under way: whoever asks again gets its outcome. */
  wake(target: WakeTarget, expiration: Date): Promise<WakeOutcome>;
  /** Does what it has to do, and ends. */
  retire(): void;
  /** Sends nothing more: what waits comes to `outcome`. */
  close(outcome: Later): void;
}

interface LineOptions {
  readonly topic: string;
  readonly clock: Clock;
  readonly limits: {
    /** Milliseconds that a wake waits in the line at most. */
    readonly waitTimeout: number;
    /** Milliseconds that a connection without work is kept. */
    readonly idleTimeout: number;
  };
  readonly open: (on: ConnectionHandlers) => Connection;
  /** Nothing is left to do and no connection is kept. */
  readonly onEnd: () => void;
}

interface Wake {
  readonly key: string;
  readonly push: Push;
  readonly since: number;
  readonly settle: (outcome: WakeOutcome) => void;
  readonly outcome: Promise<WakeOutcome>;
  sentBefore: boolean;
}

export function openLine({ topic, clock, limits, open, onEnd }: LineOptions): Line {
  const wakes = new Map<string, Wake>();
  /** The next is the last of `waiting`; those that came since `waiting` was filled are in `arrived`, in their order. */
  let waiting: Wake[] = [];
  let arrived: Wake[] = [];
  let connection: Connection | undefined;
  let idle: NodeJS.Timeout | undefined;
  let retired = false;
  let closed: Later | undefined;

  function next(): Wake | undefined {
    if (waiting.length === 0) {
      waiting = arrived.toReversed();
      arrived = [];
    }
    return waiting.at(-1);
  }

  function advance(): void {
    for (let wake = next(); wake; wake = next()) {
      if (clock().getTime() - wake.since > limits.waitTimeout) {
        waiting.pop();
        finish(wake, tookTooLong);
        continue;
      }
      connection ??= connect();
      if (connection.room() <= 0) return;
      waiting.pop();
      void send(connection, wake);
    }
    rest();
  }

  function connect(): Connection {
    const opened: Connection = open({
      onRoom: () => opened === connection && advance(),
      onLost(outcome) {
        if (opened !== connection) return;
        connection = undefined;
        // A connection on which something was done is replaced. One that was of no use is not: the next would be none either.
        if (outcome.kind === 'refused' || !opened.hasAnswered()) abandon(outcome);
        advance();
      },
    });
    return opened;
  }

  async function send(connection: Connection, wake: Wake): Promise<void> {
    const outcome = await connection.send(wake.push);
    if (outcome !== 'notProcessed') finish(wake, outcome);
    else if (closed) finish(wake, closed);
    else if (wake.sentBefore) finish(wake, notTaken);
    else {
      wake.sentBefore = true;
      waiting.push(wake);
    }
    advance();
  }

  function finish(wake: Wake, outcome: WakeOutcome): void {
    wakes.delete(wake.key);
    wake.settle(outcome);
  }

  function abandon(outcome: Later | Refused): void {
    const left = [...arrived, ...waiting];
    arrived = [];
    waiting = [];
    for (const wake of left) finish(wake, outcome);
  }

  function rest(): void {
    if (wakes.size > 0) return;
    if (connection && !retired) idle ??= setTimeout(end, limits.idleTimeout);
    else end();
  }

  function end(): void {
    clearTimeout(idle);
    connection?.leave();
    connection = undefined;
    onEnd();
  }

  return {
    wake(target, expiration) {
      const push = wakePush(topic, target, expiration);
      const key = `${push.headers[':path']} ${target.pushMagic}`;
      const known = wakes.get(key);
      if (known) return known.outcome;
      clearTimeout(idle);
      idle = undefined;
      const { promise: outcome, resolve: settle } = Promise.withResolvers<WakeOutcome>();
      const wake = { key, push, since: clock().getTime(), settle, outcome, sentBefore: false };
      wakes.set(key, wake);
      arrived.push(wake);
      advance();
      return outcome;
    },
    retire() {
      retired = true;
      rest();
    },
    close(outcome) {
      closed = outcome;
      abandon(outcome);
    },
  };
}

const tookTooLong = later(
  'Timeout',
  'The wake-up waited too long for its turn: APNs takes them more slowly than they come.',
);
const notTaken = later('RefusedStream', 'APNs took the wake-up on neither of two connections.');
