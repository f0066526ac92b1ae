/**
 * Joins the reads of one event-loop turn into one call. Callers that ask while a turn lasts share a statement (`= any($1)`), and
 * at most `atMost` statements run at once, so that under load batches grow instead of queues. With one caller it costs one statement.
 */
export function gather<Key, Value>(
  load: (keys: readonly Key[]) => Promise<readonly Value[]>,
  { atMost = 2, largest = 256 }: { atMost?: number; largest?: number } = {},
): (key: Key) => Promise<Value> {
  const waiting: { key: Key; resolve: (value: Value) => void; reject: (reason: unknown) => void }[] = [];
  let running = 0;
  let scheduled = false;

  async function run(): Promise<void> {
    const batch = waiting.splice(0, largest);
    running++;
    try {
      const values = await load(batch.map((item) => item.key));
      if (values.length !== batch.length) throw new Error('gather: one value per key is expected');
      batch.forEach((item, index) => item.resolve(values[index]!));
    } catch (error) {
      for (const item of batch) item.reject(error);
    } finally {
      running--;
      schedule();
    }
  }

  function schedule(): void {
    if (scheduled || waiting.length === 0 || running >= atMost) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      void run();
      schedule();
    });
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      schedule();
    });
}
