import { setTimeout as delay } from 'node:timers/promises';
import { sql, type Database } from '../src/database/index.ts';
import { keyOfMarkedNode } from './policy-contents.ts';

/** Milliseconds, after which what does not come to an end ends the benchmark. */
const patience = 15 * 60_000;
const pause = 20;

/** How many devices shall have the baseline with this marker, as it is stored for each of them. */
export async function devicesWith(database: Database, marker: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with current as materialized (
      select key from policies_document document where exists (
        select from json_array_elements(document.document -> 'settings') setting
        where setting ->> 'key' = ${keyOfMarkedNode} and setting ->> 'value' = ${String(marker)}))
    select count(*) as count from policies_device_set device
      join policies_set on policies_set.id = device.set_id
      join current on current.key = policies_set.document_key`.execute(database.connection);
  return rows[0]!.count;
}

/** How far changes have come that are worked out in the background. */
export async function recalculations(database: Database): Promise<{ open: number; lastTotal: number }> {
  const { rows } = await sql<{ open: number; lastTotal: number | null }>`
    select count(*) filter (where finished_at is null) as open,
      (select total from policies_recalculation order by id desc limit 1) as "lastTotal"
    from policies_recalculation`.execute(database.connection);
  const { open, lastTotal } = rows[0]!;
  return { open, lastTotal: lastTotal ?? 0 };
}

/** The sets that devices share: how many, and what they hold. */
export async function describeSets(database: Database): Promise<string> {
  const { rows } = await sql<{ sets: number; settings: number; losers: number; kilobytes: number }>`
    select count(*) as sets,
      avg(json_array_length(document -> 'settings'))::float8 as settings,
      avg((select sum(json_array_length(setting -> 'losers')) from json_array_elements(document -> 'settings') setting))::float8
        as losers,
      (avg(octet_length(document::text)) / 1000)::float8 as kilobytes
    from policies_set join policies_document
      on policies_document.organization_id = policies_set.organization_id and policies_document.key = document_key`.execute(
    database.connection,
  );
  const { sets, settings, losers, kilobytes } = rows[0]!;
  return (
    `${sets} combinations; each comes to ${settings.toFixed(0)} settings and ${losers.toFixed(0)} values that lose, ` +
    `a document of ${kilobytes.toFixed(0)} KB`
  );
}

/** Looks again and again until every device shall have what follows from the changes. */
export async function untilWorkedOut(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + patience;
  while (!(await isSo())) {
    if (performance.now() > end) {
      throw new Error(`Not every device was worked out within ${patience / 60_000} minutes.`);
    }
    await delay(pause);
  }
}
