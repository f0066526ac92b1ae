import { openDatabase, sql } from '../src/database/index.ts';
import { startProcess, type Started } from './processes.ts';

/** Starts what everything is compared with; `copyForBareServer` gives it what it answers with. */
export function startBareServer(databaseUrl: string): Promise<Started> {
  return startProcess(['bench/bare-server.ts'], { DATABASE_URL: databaseUrl }, /listening (\S+)/);
}

/** Keeps a document as the one that the bare server reads, at `/item/1`. */
export async function copyForBareServer(url: string, document: unknown): Promise<void> {
  const database = openDatabase({ url });
  await sql`create table bench_item (id int primary key, document jsonb not null)`.execute(
    database.connection,
  );
  await sql`insert into bench_item values (1, ${JSON.stringify(document)})`.execute(database.connection);
  await database.close();
}
