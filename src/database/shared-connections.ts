import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';

interface Shared {
  readonly client: pg.Client;
  readonly connected: Promise<PostgresPoolClient>;
  /** Who waits for the answer to a statement, or is about to send one. */
  users: number;
}

/**
 * Connections that everybody uses at the same time, for statements that stand by themselves: each is sent without waiting for the answers of
 * those before it. Those of one turn of the event loop leave together, by the connection that has least to answer, so that what is asked for
 * together costs one way to PostgreSQL and back. PostgreSQL keeps each text, prepared, per connection. A statement that takes long keeps
 * others waiting, and a transaction cannot run here.
 *
 * https://node-postgres.com/features/pipelining
 */
export function sharedConnections(config: pg.ClientConfig, most: number): PostgresPool {
  const open = new Set<Shared>();
  const names = new Map<string, string>();
  let ofThisTurn: Shared | undefined;

  function nameOf(text: string): string {
    const name = names.get(text) ?? `muster_${names.size}`;
    names.set(text, name);
    return name;
  }

  function add(): Shared {
    const client = new pg.Client({ ...config, pipeline: true });
    const poolClient = poolClientOf(client, nameOf, () => added.users--);
    const added: Shared = { client, connected: client.connect().then(() => poolClient), users: 0 };
    const forget = () => open.delete(added);
    added.connected.catch(forget);
    client.once('end', forget);
    // Whoever waits for an answer is told, too; without a listener it would end the process.
    client.on('error', forget);
    open.add(added);
    return added;
  }

  function leastBusy(): Shared {
    const [found] = [...open].toSorted((left, right) => left.users - right.users);
    return found && (found.users === 0 || open.size >= most) ? found : add();
  }

  return {
    options: config,
    connect() {
      if (!ofThisTurn) {
        ofThisTurn = leastBusy();
        // After all that is ready to run now.
        process.nextTick(() => {
          ofThisTurn = undefined;
        });
      }
      ofThisTurn.users++;
      return ofThisTurn.connected;
    },
    async end() {
      await Promise.all(Array.from(open, ({ client }) => client.end()));
    },
  };
}

/** What Kysely takes for a connection of a pool. Statements are held back until all of this turn can leave in one write. */
function poolClientOf(
  client: pg.Client,
  nameOf: (text: string) => string,
  release: () => void,
): PostgresPoolClient {
  let isHeldBack = false;
  const query = (text: string, values: unknown[]) => {
    const { stream } = client.connection;
    if (!isHeldBack) {
      isHeldBack = true;
      stream.cork();
      process.nextTick(() => {
        isHeldBack = false;
        stream.uncork();
      });
    }
    return client.query({ name: nameOf(text), text, values });
  };
  // Kysely would also run cursors, which need a connection of their own: nobody here does.
  return { query, release } as unknown as PostgresPoolClient;
}
