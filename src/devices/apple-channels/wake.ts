import { sql } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext, WriteContext } from '../../tenancy/index.ts';
import { requestWake } from './request-wake.ts';
import { channelTables } from './tables.ts';

/**
 * What came of waking a device. `unreachable`: not before it sends another token. `refused`: not before an administrator changes something.
 */
export interface WakeOutcome {
  readonly result: 'sent' | 'later' | 'unreachable' | 'refused';
  /** For people; null when all went well. */
  readonly message: string | null;
}

/** A channel that was tried to be woken. */
export interface TriedChannel {
  readonly id: string;
  /** What it was to be woken for. */
  readonly purpose: string;
  /** When the token came under which it was tried; of one that came meanwhile the outcome says nothing. */
  readonly tokenUpdatedAt: Date;
  readonly outcome: WakeOutcome;
  /** When it is tried again; null where that is of no use, or not needed. */
  readonly dueAt: Date | null;
}

/** Keeps what came of waking, in one statement. */
export async function recordWakes(
  { db, scope, now }: WriteContext,
  tried: readonly TriedChannel[],
): Promise<void> {
  if (tried.length === 0) return;
  await sql`
    update devices_apple_channel channel
    set woken_at = ${now}, wake_outcome = tried.outcome,
      woken_for = case when tried.outcome ->> 'result' = 'sent' then tried.purpose else channel.woken_for end,
      wake_attempts = case when tried.outcome ->> 'result' = 'sent' then 0 else channel.wake_attempts + 1 end,
      wake_due_at = tried.due_at
    from unnest(
      ${tried.map(({ id }) => id)}::text[], ${tried.map(({ purpose }) => purpose)}::text[],
      ${tried.map(({ tokenUpdatedAt }) => tokenUpdatedAt)}::timestamptz[],
      ${tried.map(({ outcome }) => JSON.stringify(outcome))}::jsonb[],
      ${tried.map(({ dueAt }) => dueAt)}::timestamptz[]
    ) as tried (id, purpose, token_updated_at, outcome, due_at)
    where channel.organization_id = ${scope.organization.id} and channel.id = tried.id
      and channel.token_updated_at = tried.token_updated_at`.execute(db.connection);
}

/**
 * When the first of the devices is tried again that could not be woken, after a look at all that were due at `lookedAt`; undefined when none is.
 * Those that were due then, and had nothing to do any more, wait for another reason.
 */
export async function nextWakeAt({ db, scope }: ReadContext, lookedAt: Date): Promise<Date | undefined> {
  const row = await channelTables(db)
    .selectFrom('devices_apple_channel')
    .select(({ fn }) => fn.min('wake_due_at').as('at'))
    .where('organization_id', '=', scope.organization.id)
    .where('wake_due_at', '>', lookedAt)
    .where('state', '=', 'enrolled')
    .executeTakeFirst();
  return row?.at ?? undefined;
}

/** What stood in the way of waking is another thing now: all are tried again, at once, those too of which the token was of no use. */
export async function retryWakes(context: WriteContext): Promise<void> {
  await channelTables(context.db)
    .updateTable('devices_apple_channel')
    .set({ wake_due_at: null, wake_attempts: 0, wake_outcome: null })
    .where('organization_id', '=', context.scope.organization.id)
    .where((where) =>
      where.or([
        where('wake_due_at', 'is not', null),
        where(sql<string>`wake_outcome ->> 'result'`, '=', 'unreachable' satisfies WakeOutcome['result']),
      ]),
    )
    .execute();
  requestWake(context);
}

/** When waking a device itself was last tried, and what came of it; undefined when it never was. */
export async function lastWakeOf(
  { db, scope }: ReadContext,
  deviceId: Id,
): Promise<{ readonly at: Date; readonly outcome: WakeOutcome } | undefined> {
  const row = await channelTables(db)
    .selectFrom('devices_apple_channel')
    .select(['woken_at', 'wake_outcome'])
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('id', '=', (where) => where.ref('device_channel'))
    .where('woken_at', 'is not', null)
    .orderBy('woken_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.woken_at && row.wake_outcome ? { at: row.woken_at, outcome: row.wake_outcome } : undefined;
}
