const patience = [
  // Fast shutdown: ends the connections, writes a checkpoint.
  ['SIGINT', 30_000],
  // Immediate shutdown: the next start recovers from the write-ahead log.
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
] as const;

/**
 * Ends a PostgreSQL server, the kindest way first. `endedWithin` waits at most that many milliseconds and says whether the
 * server is gone. False if it would not go. Source: https://www.postgresql.org/docs/18/server-shutdown.html
 */
export async function endServer(
  send: (signal: NodeJS.Signals) => void,
  endedWithin: (milliseconds: number) => Promise<boolean>,
): Promise<boolean> {
  for (const [signal, milliseconds] of patience) {
    send(signal);
    if (await endedWithin(milliseconds)) return true;
  }
  return false;
}
