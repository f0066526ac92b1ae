import { sql } from '../../src/database/index.ts';
import type { TestServer } from './server.ts';

/** Everything that is stored, by the table: to see that something changed nothing. */
export async function storedRows({ database: { connection } }: TestServer): Promise<Record<string, string>> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' order by 1`.execute(
    connection,
  );
  const stored: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await sql<{ content: string | null }>`
      select string_agg(row::text, chr(10) order by row::text) as content from ${sql.table(name)} as row`.execute(
      connection,
    );
    stored[name] = rows[0]!.content ?? '';
  }
  return stored;
}
