import { createSecureContext, type SecureContext } from 'node:tls';
import type { Clock } from '../../kernel/clock.ts';
import type { Secret } from '../../kernel/secret.ts';
import { openConnection, type Connection } from './connection.ts';
import { outcomeOfBadCredentials } from './failure.ts';
import { openLine, type Line } from './line.ts';
import { later, type Later, type Refused, type WakeOutcome } from './outcome.ts';
import { wrongTarget, type WakeTarget } from './push.ts';

/** The push certificate of one topic, and its key. */
export interface ApnsCredentials {
  readonly topic: string;
  readonly certificatePem: string;
  /** PKCS#8 as PEM. */
  readonly privateKeyPem: Secret;
}

/** What administrators may want to see in the log. */
export type ApnsEvent =
  | { readonly kind: 'connecting'; readonly topic: string }
  | { readonly kind: 'connectionLost'; readonly topic: string; readonly outcome: Later | Refused };

/** Times are milliseconds. */
export interface ApnsLimits {
  /** Pushes on the way at once on one connection, if APNs takes as many. */
  readonly streams: number;
  readonly connectTimeout: number;
  /** From a push to its answer. */
  readonly answerTimeout: number;
  /** How long a wake waits for its turn at most. */
  readonly waitTimeout: number;
  /** How long a connection without work is kept. */
  readonly idleTimeout: number;
}

const usualLimits: ApnsLimits = {
  streams: 200,
  connectTimeout: 15_000,
  answerTimeout: 15_000,
  waitTimeout: 120_000,
  idleTimeout: 600_000,
};

export interface ApnsConnector {
  /**
   * Wakes devices, and tells what came of each, in the order of `targets`. Never rejects for what APNs or the network does. APNs keeps the
   * newest push of each device until `expiration`, so that waking again costs nothing.
   */
  wake(
    credentials: ApnsCredentials,
    targets: readonly WakeTarget[],
    expiration: Date,
  ): Promise<WakeOutcome[]>;
  /** Ends every connection; what is under way comes to `later`, and so does what is asked for afterwards. */
  close(): Promise<void>;
}

/** Speaks to Apple's push service: one connection for each topic, kept while there is work, replaced when the certificate changes. */
export function apnsConnector(options: {
  /** An https origin. */
  readonly url: string;
  /** PEM of the authorities to trust in place of the usual ones. */
  readonly ca?: string;
  readonly clock: Clock;
  readonly report?: (event: ApnsEvent) => void;
  readonly limits?: Partial<ApnsLimits>;
}): ApnsConnector {
  const { clock, report = () => {} } = options;
  const url = new URL(options.url);
  const limits = { ...usualLimits, ...options.limits };
  const current = new Map<string, { readonly credentials: ApnsCredentials; readonly line: Line }>();
  const lines = new Set<Line>();
  const connections = new Set<Connection>();
  let closed = false;

  function lineFor(credentials: ApnsCredentials): Line | undefined {
    const { topic } = credentials;
    const known = current.get(topic);
    if (known && isSame(known.credentials, credentials)) return known.line;
    const secureContext = loadCredentials(credentials, options.ca);
    if (!secureContext) return undefined;
    const line: Line = openLine({
      topic,
      clock,
      limits,
      open({ onRoom, onLost }) {
        report({ kind: 'connecting', topic });
        const connection = openConnection({
          url,
          secureContext,
          clock,
          limits,
          onRoom,
          onLost(outcome) {
            if (!closed) report({ kind: 'connectionLost', topic, outcome });
            onLost(outcome);
          },
        });
        connections.add(connection);
        void connection.ended.then(() => connections.delete(connection));
        return connection;
      },
      onEnd() {
        lines.delete(line);
        if (current.get(topic)?.line === line) current.delete(topic);
      },
    });
    lines.add(line);
    current.set(topic, { credentials, line });
    known?.line.retire();
    return line;
  }

  return {
    wake(credentials, targets, expiration) {
      const line = closed ? undefined : lineFor(credentials);
      const otherwise = closed ? closing : outcomeOfBadCredentials();
      return Promise.all(
        targets.map(async (target) => wrongTarget(target) ?? line?.wake(target, expiration) ?? otherwise),
      );
    },
    async close() {
      closed = true;
      for (const line of lines) line.close(closing);
      for (const connection of connections) connection.destroy(closing);
      await Promise.all([...connections].map(({ ended }) => ended));
    },
  };
}

const closing = later('Closing', 'Muster is being stopped; the wake-up goes out after it has started again.');

function isSame(a: ApnsCredentials, b: ApnsCredentials): boolean {
  return a.certificatePem === b.certificatePem && a.privateKeyPem.reveal() === b.privateKeyPem.reveal();
}

function loadCredentials(
  { certificatePem, privateKeyPem }: ApnsCredentials,
  ca: string | undefined,
): SecureContext | undefined {
  try {
    return createSecureContext({
      cert: certificatePem,
      key: privateKeyPem.reveal(),
      ...(ca === undefined ? {} : { ca }),
    });
  } catch {
    return undefined;
  }
}
